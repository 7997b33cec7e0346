package dev.millrace.api.request;

import java.util.List;
import java.util.Set;

/// Names that would be an address, a key, a header or a route if a provider or a gateway took them for a setting. What
/// a caller sends under them could send its request, and the provider's key with it, somewhere else (CVE-2026-59823).
///
/// Names are compared without case, `_`, `-` and `.`, so that `api_base`, `apiBase` and `API-Base` are one.
final class SettingNames {

    private static final Set<String> FORBIDDEN = Set.of(
            // addresses
            "url",
            "uri",
            "host",
            "hostname",
            "endpoint",
            "address",
            "proxy",
            "proxies",
            "apibase",
            "remotehost",
            "remoteport",
            "callback",
            "webhook",
            "upstream",
            // keys
            "key",
            "keys",
            "token",
            "bearer",
            "auth",
            "authorization",
            "authentication",
            "credential",
            "credentials",
            "secret",
            "secrets",
            "password",
            "passwd",
            "privatekey",
            // headers
            "header",
            "headers",
            "cookie",
            "cookies",
            // routing
            "route",
            "routes",
            "router",
            "routing",
            "provider",
            "providers",
            "customllmprovider",
            "deployment",
            "deployments",
            "deploymentid",
            "fallback",
            "fallbacks",
            "models",
            "modellist",
            "modelgroup",
            "organization",
            "organizationid",
            "apiversion",
            "apitype",
            "regionname",
            "extrabody",
            "extraquery",
            "extraparams");

    private static final List<String> ENDINGS = List.of(
            "baseurl",
            "apibase",
            "apiurl",
            "serverurl",
            "proxyurl",
            "targeturl",
            "hosturl",
            "callbackurl",
            "webhookurl",
            "notifyurl",
            "endpointurl",
            "endpoint",
            "hostname",
            "apikey",
            "apikeys",
            "accesskey",
            "accesskeyid",
            "secretkey",
            "secretaccesskey",
            "accesstoken",
            "authtoken",
            "sessiontoken",
            "bearertoken",
            "idtoken",
            "clientsecret",
            "credentials",
            "headers",
            "llmprovider");

    private static final List<String> BEGINNINGS = List.of("aws_", "azure_", "vertex_", "litellm_", "sagemaker_");

    private SettingNames() {}

    static boolean forbids(String name) {
        for (var beginning : BEGINNINGS) {
            if (name.regionMatches(true, 0, beginning, 0, beginning.length())) {
                return true;
            }
        }
        var plain = plain(name);
        if (FORBIDDEN.contains(plain)) {
            return true;
        }
        for (var ending : ENDINGS) {
            if (plain.endsWith(ending)) {
                return true;
            }
        }
        return false;
    }

    private static String plain(String name) {
        var plain = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c != '_' && c != '-' && c != '.' && c != ' ') {
                plain.append(Character.toLowerCase(c));
            }
        }
        return plain.toString();
    }
}
