package dev.serin.config.check;

import static dev.serin.config.check.MetadataRules.complain;

import java.util.HashSet;

/// What a MutatingWebhookConfiguration and a ValidatingWebhookConfiguration must keep.
final class WebhookRules {
    private WebhookRules() {}

    static void check(Place body) {
        var names = new HashSet<String>();
        for (var webhook : body.elements("webhooks")) {
            var name = webhook.at("name");
            if (name.exists()) {
                complain(name, Names.domain(name.text()));
                if (name.text().split("\\.").length < 3) {
                    name.bad("must be a domain name of three labels or more");
                }
                if (!names.add(name.text())) {
                    name.bad("must be there once");
                }
            }
            var client = webhook.at("clientConfig");
            if (client.exists() && client.count("url", "service") != 1) {
                client.forbid("not exactly one of url and service", "keep one of them");
            }
            client.at("service").port("port");
            webhook.range("timeoutSeconds", 1, 30);
        }
    }
}
