package io.muster.group;

import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.GroupEntry.Departure;
import io.muster.group.GroupEntry.Level;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// All groups of the cluster and how far their recovery has come: replicated state, changed only by the log.
///
/// **Barriers.** A level has recovered up to the lowest position any member of its groups has reported,
/// and not beyond the level below it. A level without groups passes with the one below; the lowest
/// passes by itself, unless it is mandatory: then nothing passes before a group of that level has
/// reported.
///
/// Thread: the owner's event loop.
public final class GroupTable {
    /// Longest name in octets of UTF-8.
    public static final int NAME_BYTES = 64;

    /// Most groups of a cluster.
    public static final int MAX_GROUPS = 4096;

    private static final int MAX_MEMBERS = 1024;
    private static final int MAX_NODES = 65_536;
    private static final int MAX_NUMBER = 0xffff;

    private final SortedMap<String, Group> groups = new TreeMap<>();
    private final SortedMap<Integer, Integer> created = new TreeMap<>();
    private final SortedMap<Level, Long> recovered = new TreeMap<>();

    /// Entries for the streams of one group.
    public record Addressed(String group, GroupEntry entry) {}

    public Collection<Group> groups() {
        return List.copyOf(groups.values());
    }

    public @Nullable Group group(String name) {
        return groups.get(name);
    }

    /// Position up to which a level has recovered; 0 for never.
    public long recovered(Level level) {
        return recovered.getOrDefault(level, 0L);
    }

    /// A node's client joins; the group begins with its first member.
    public @Nullable Addressed join(String name, Optional<Level> level, Node node, long position) {
        Group group = groups.get(name);
        if (group == null) {
            if (groups.size() >= MAX_GROUPS) {
                return null;
            }
            group = new Group(name, newId(node.nodeid()), level, new TreeMap<>());
        }
        if (group.members().containsKey(node)) {
            return null;
        }
        groups.put(name, group.with(node, 0));
        return view(name, position, List.of(node), List.of());
    }

    /// A number that no group has. A node counts from one, and again from one when its numbers are used up; nodes
    /// whose nodeids end alike count in each other's numbers.
    private int newId(int nodeid) {
        int number = created.getOrDefault(nodeid, 0);
        int id;
        do {
            number = number % MAX_NUMBER + 1;
            id = number << 16 | nodeid & 0xffff;
        } while (taken(id));
        created.put(nodeid, number);
        return id;
    }

    private boolean taken(int id) {
        return groups.values().stream().anyMatch(g -> g.id() == id);
    }

    /// A member leaves a group.
    public @Nullable Addressed leave(String name, Departure departure, long position) {
        Group group = groups.get(name);
        Node node = departure.node();
        if (group == null || !group.members().containsKey(node)) {
            return null;
        }
        groups.put(name, group.without(node));
        Addressed view = view(name, position, List.of(), List.of(departure));
        groups.values().removeIf(g -> g.members().isEmpty());
        return view;
    }

    /// Nodes leave all their groups. One view for each group concerned.
    public List<Addressed> leaveAll(Collection<Departure> departures, LongSupplier position) {
        List<Addressed> views = new ArrayList<>();
        for (Group group : groups()) {
            List<Departure> gone = departures.stream()
                    .filter(d -> group.members().containsKey(d.node()))
                    .toList();
            if (!gone.isEmpty()) {
                Group rest = group;
                for (Departure departure : gone) {
                    rest = rest.without(departure.node());
                }
                groups.put(group.name(), rest);
                views.add(view(group.name(), position.getAsLong(), List.of(), gone));
            }
        }
        groups.values().removeIf(g -> g.members().isEmpty());
        return views;
    }

    /// Takes in groups of another side: the named members join as if they were new.
    public List<Addressed> adopt(Collection<Group> others, Set<Node> nodes, LongSupplier position) {
        SortedMap<String, TreeSet<Node>> joining = new TreeMap<>();
        SortedMap<String, Group> models = new TreeMap<>();
        for (Group other : others) {
            TreeSet<Node> members = new TreeSet<>(other.members().keySet());
            members.retainAll(nodes);
            Group here = groups.get(other.name());
            if (here != null) {
                members.removeAll(here.members().keySet());
            }
            if (!members.isEmpty()) {
                joining.computeIfAbsent(other.name(), n -> new TreeSet<>()).addAll(members);
                models.putIfAbsent(other.name(), other);
            }
        }
        List<Addressed> views = new ArrayList<>();
        joining.forEach((name, members) -> {
            if (!groups.containsKey(name) && groups.size() >= MAX_GROUPS) {
                return;
            }
            Group model = Objects.requireNonNull(models.get(name));
            Group group = groups.getOrDefault(name, new Group(name, model.id(), model.level(), new TreeMap<>()));
            if (!groups.containsKey(name) && taken(model.id())) {
                // The other side counted for itself, and a node that has restarted counts from one again: two groups
                // of one number would swallow each other's messages.
                group = new Group(name, newId(members.first().nodeid()), model.level(), group.members());
            }
            for (Node node : members) {
                group = group.with(node, 0);
            }
            groups.put(name, group);
            int creator = group.id() & 0xffff;
            created.merge(creator, group.id() >>> 16, Math::max);
            views.add(view(name, position.getAsLong(), List.copyOf(members), List.of()));
        });
        return views;
    }

    /// A member says that it has recovered from everything up to a position.
    public void report(String name, Node node, long upTo) {
        Group group = groups.get(name);
        if (group != null && group.members().getOrDefault(node, Long.MAX_VALUE) < upTo) {
            groups.put(name, group.with(node, upTo));
        }
    }

    /// Levels that have come further, lowest first, and how far.
    ///
    /// @param disturbed position of the last change of the cluster's membership
    /// @param mandatory levels that don't pass without a group
    public SortedMap<Level, Long> advance(long disturbed, Set<Level> mandatory) {
        SortedMap<Level, Long> news = new TreeMap<>();
        long below = Long.MAX_VALUE;
        for (Level level : Level.values()) {
            long reached = below;
            boolean any = false;
            for (Group group : groups.values()) {
                if (group.level().isPresent() && group.level().get() == level) {
                    any = true;
                    for (long reported : group.members().values()) {
                        reached = Math.min(reached, reported);
                    }
                }
            }
            if (!any) {
                reached = mandatory.contains(level) ? recovered(level) : below == Long.MAX_VALUE ? disturbed : below;
            }
            if (reached > recovered(level)) {
                recovered.put(level, reached);
                news.put(level, reached);
            }
            below = Math.min(below, recovered(level));
        }
        return news;
    }

    private Addressed view(String name, long position, List<Node> joined, List<Departure> left) {
        List<Node> members =
                List.copyOf(Objects.requireNonNull(groups.get(name)).members().keySet());
        return new Addressed(name, new GroupEntry.View(position, members, joined, left));
    }

    /// Layout: list of groups (string name, u32 id, u8 level + 1 or 0, list of node and u64 reported), list of u32
    /// creator and u32 count, three u64 recovered positions.
    public void encode(Output out) {
        out.list(groups.values(), (o, group) -> {
            o.string(group.name()).i32(group.id());
            o.u8(group.level().map(l -> l.ordinal() + 1).orElse(0));
            o.list(group.members().entrySet(), (e, m) -> e.node(m.getKey()).u64(m.getValue()));
        });
        out.list(created.entrySet(), (o, e) -> o.u32(e.getKey()).u32(e.getValue()));
        for (Level level : Level.values()) {
            out.u64(recovered(level));
        }
    }

    public static GroupTable decode(Input in) throws MalformedMessage {
        GroupTable table = new GroupTable();
        for (Group group : in.list(MAX_GROUPS, GroupTable::decodeGroup)) {
            table.groups.put(group.name(), group);
        }
        for (int[] pair : in.list(MAX_NODES, i -> new int[] {i.u32(Integer.MAX_VALUE), i.u32(MAX_NUMBER)})) {
            table.created.put(pair[0], pair[1]);
        }
        for (Level level : Level.values()) {
            long upTo = in.u64();
            if (upTo > 0) {
                table.recovered.put(level, upTo);
            }
        }
        return table;
    }

    private static Group decodeGroup(Input in) throws MalformedMessage {
        String name = in.string(NAME_BYTES);
        int id = in.i32();
        int level = in.u8();
        if (level > Level.values().length) {
            throw new MalformedMessage("level " + level);
        }
        SortedMap<Node, Long> members = new TreeMap<>();
        for (Map.Entry<Node, Long> e : in.list(MAX_MEMBERS, i -> Map.entry(i.node(), i.u64()))) {
            members.put(e.getKey(), e.getValue());
        }
        return new Group(name, id, level == 0 ? Optional.empty() : Optional.of(Level.values()[level - 1]), members);
    }
}
