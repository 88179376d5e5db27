package io.muster.service.cli;

import io.muster.service.ServiceStatus;
import java.time.ZoneId;
import java.util.List;

/// `clustat -x`. Pure; Conga and the old graphical tool parse this, so order of attributes and blanks are the
/// original's.
final class ClusterXml {
    private ClusterXml() {}

    /// @param whole with the elements about cluster and quorum: neither -m nor -s was given
    static String of(
            ClusterPicture picture,
            boolean whole,
            List<ClusterPicture.MemberRow> members,
            List<ServiceStatus> services,
            boolean showMembers,
            boolean showServices,
            ZoneId zone) {
        var xml = new StringBuilder("<?xml version=\"1.0\"?>\n<clustat version=\"4.1.1\">\n");
        if (whole) {
            xml.append("  <cluster");
            attribute(xml, "name", picture.name());
            attribute(xml, "id", Integer.toString(picture.clusterId()));
            attribute(xml, "generation", Long.toString(picture.generation()));
            xml.append("/>\n  <quorum");
            attribute(xml, "quorate", bit(picture.quorate()));
            if (!picture.quorate()) {
                xml.append('\n');
            }
            attribute(xml, "groupmember", bit(picture.groupMember()));
            xml.append("/>\n");
        }
        if (showMembers) {
            xml.append("  <nodes>\n");
            members.forEach(row -> node(xml, row));
            xml.append("  </nodes>\n");
        }
        if (showServices && picture.groupMember()) {
            xml.append("  <groups>\n");
            services.forEach(service -> group(xml, picture, service, zone));
            xml.append("  </groups>\n");
        }
        return xml.append("</clustat>\n").toString();
    }

    private static void node(StringBuilder xml, ClusterPicture.MemberRow row) {
        xml.append("    <node");
        attribute(xml, "name", row.name());
        attribute(xml, "state", bit(row.online()));
        attribute(xml, "local", bit(row.local()));
        attribute(xml, "estranged", bit(row.estranged()));
        attribute(xml, "rgmanager", bit(row.rgmanager()));
        attribute(xml, "rgmanager_master", "0");
        attribute(xml, "qdisk", bit(row.qdisk()));
        attribute(xml, "nodeid", hex(row.nodeid()));
        xml.append("/>\n");
    }

    private static void group(StringBuilder xml, ClusterPicture picture, ServiceStatus service, ZoneId zone) {
        xml.append("    <group");
        attribute(xml, "name", service.name());
        attribute(xml, "state", Integer.toString(service.state().number()));
        attribute(xml, "state_str", service.state().text());
        attribute(xml, "flags", Integer.toString(ClusterText.flags(service)));
        attribute(xml, "flags_str", ClusterText.flagNames(service, "", " "));
        attribute(xml, "owner", picture.nodeName(service.owner()));
        attribute(xml, "last_owner", picture.nodeName(service.lastOwner()));
        attribute(xml, "restarts", Integer.toString(service.restarts()));
        attribute(xml, "last_transition", Long.toString(service.transitionSec()));
        attribute(xml, "last_transition_str", ClusterText.time(service.transitionSec(), zone));
        xml.append("/>\n");
    }

    /// `0x` and eight digits.
    static String hex(int number) {
        String digits = Integer.toHexString(number);
        return "0x" + "0".repeat(8 - digits.length()) + digits;
    }

    private static String bit(boolean value) {
        return value ? "1" : "0";
    }

    private static void attribute(StringBuilder xml, String name, String value) {
        xml.append(' ').append(name).append("=\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '<' -> xml.append("&lt;");
                case '>' -> xml.append("&gt;");
                case '&' -> xml.append("&amp;");
                case '"' -> xml.append("&quot;");
                default -> xml.append(c);
            }
        }
        xml.append('"');
    }
}
