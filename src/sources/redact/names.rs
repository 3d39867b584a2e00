//! Names that a secret goes by.

/// In headers, in the queries of URLs and in JSON alike.
pub(super) const SECRET: [&str; 34] = [
    "accesskey",
    "accesstoken",
    "accountkey",
    "apikey",
    "assertion",
    "authorization",
    "clientassertion",
    "clientsecret",
    "connectionstring",
    "cookie",
    "credential",
    "credentials",
    "functionskey",
    "idtoken",
    "jwt",
    "key",
    "passphrase",
    "passwd",
    "password",
    "proxyauthorization",
    "pwd",
    "refreshtoken",
    "sas",
    "secret",
    "sessionid",
    "sessiontoken",
    "setcookie",
    "sharedaccesskey",
    "sharedaccesssignature",
    "sig",
    "signature",
    "subscriptionkey",
    "token",
    "xauth",
];

/// The last word of longer names: `x-functions-key`, `X-Auth-Token`. `remaining-tokens` is a number.
const LAST_WORDS: [&str; 9] =
    ["key", "token", "secret", "password", "signature", "authorization", "cookie", "credential", "jwt"];

/// Names that end like a secret's but hold none.
const HARMLESS: [&str; 5] = ["idempotency-key", "cache-key", "surrogate-key", "sort-key", "partition-key"];

/// Whether a header or a field of this name holds a secret.
pub(super) fn is_secret(name: &str) -> bool {
    let lower = name.trim().to_ascii_lowercase();
    if HARMLESS.iter().any(|harmless| lower.ends_with(harmless)) {
        return false;
    }
    let bare: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    if SECRET.binary_search(&bare.as_str()).is_ok() {
        return true;
    }
    let last = lower.rsplit(['-', '_', '.', ' ']).next().unwrap_or_default();
    last.len() < lower.len() && LAST_WORDS.contains(&last)
        || ["apikey", "subscriptionkey", "accesstoken", "clientsecret"].iter().any(|end| bare.ends_with(end))
}

/// Whether a parameter of this name in the query of a URL holds a secret: there `code` is one, to sign in with or of a
/// function.
pub(super) fn is_secret_parameter(name: &str) -> bool {
    is_secret(name) || name.eq_ignore_ascii_case("code")
}

/// Whether a header of this name holds the address of a caller.
pub(super) fn is_address(name: &str) -> bool {
    const NAMES: [&str; 10] = [
        "x-forwarded-for",
        "x-client-ip",
        "x-real-ip",
        "client-ip",
        "x-azure-clientip",
        "x-azure-socketip",
        "true-client-ip",
        "cf-connecting-ip",
        "x-original-forwarded-for",
        "forwarded",
    ];
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_by_many_names() {
        assert!(SECRET.is_sorted());
        for name in [
            "api-key",
            "API-KEY",
            "x-api-key",
            "Ocp-Apim-Subscription-Key",
            "subscription-key",
            "Authorization",
            "Proxy-Authorization",
            "Cookie",
            "Set-Cookie",
            "x-functions-key",
            "X-Auth-Token",
            "x-ms-authorization-auxiliary-token",
            "access_token",
            "client_secret",
            "sig",
            "openai_apikey",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "x-ratelimit-remaining-tokens",
            "X-Cached-Tokens",
            "api-version",
            "Content-Type",
            "Idempotency-Key",
            "x-ms-region",
            "code",
            "monkey",
            "",
        ] {
            assert!(!is_secret(name), "{name}");
        }
        assert!(is_secret_parameter("Code"));
    }
}
