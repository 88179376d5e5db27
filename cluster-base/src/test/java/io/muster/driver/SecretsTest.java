package io.muster.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SecretsTest {
    @Test
    void passwordsOfClusterConfAndOfAgentsAreMaskedAtTheirLength() {
        assertEquals(
                "<fencedevice name=\"apc\" passwd=\"xxxxxx\" login=\"root\"/>",
                Secrets.mask("<fencedevice name=\"apc\" passwd=\"sesame\" login=\"root\"/>"));
        assertEquals("login=root\npasswd=xxxxxx\naction=off", Secrets.mask("login=root\npasswd=sesame\naction=off"));
        assertEquals("snmp_priv_passwd = 'xxxx' x=1", Secrets.mask("snmp_priv_passwd = 'a\"b ' x=1"));
        assertEquals("Password=xxx", Secrets.mask("Password=abc"));
    }

    @Test
    void aValueThatIsCutOffIsMaskedToTheEnd() {
        byte[] masked = Secrets.mask("\0\1passwd=\"sesa".getBytes(StandardCharsets.UTF_8));
        assertEquals("\0\1passwd=\"xxxx", new String(masked, StandardCharsets.UTF_8));
    }

    @Test
    void whatHasNoSecretStaysTheSameArray() {
        byte[] octets = "name=\"web\" nodeid=\"1\" passwd=\"\" key == 2".getBytes(StandardCharsets.UTF_8);
        assertSame(octets, Secrets.mask(octets));
    }
}
