//! How a section is written down: once. Type, default, documentation and the page of settings come from one place.

/// One section, as the page of settings shows it.
#[derive(Clone, Debug)]
pub struct Section {
    /// The name before the dot of each key.
    pub name: &'static str,
    /// What the section is about.
    pub doc: &'static str,
    /// Each key with what it means.
    pub fields: &'static [(&'static str, &'static str)],
    /// The defaults, as the section serialises them.
    pub defaults: fn() -> Result<serde_json::Value, serde_json::Error>,
}

/// Defines the struct of a section, its `Default`, and its `SECTION`. Each field is `pub key: type = default`.
macro_rules! section {
    (
        $(#[doc = $doc:literal])+
        pub struct $name:ident, $section:literal {
            $( $(#[doc = $field_doc:literal])+ pub $field:ident: $kind:ty = $default:expr, )+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $( $(#[doc = $field_doc])+ pub $field: $kind, )+
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $( $field: $default, )+ }
            }
        }

        impl $name {
            /// This section on the page of settings.
            pub const SECTION: $crate::config::Section = $crate::config::Section {
                name: $section,
                doc: concat!($($doc),+),
                fields: &[$( (stringify!($field), concat!($($field_doc),+)), )+],
                defaults: || serde_json::to_value(Self::default()),
            };
        }
    };
}

pub(crate) use section;
