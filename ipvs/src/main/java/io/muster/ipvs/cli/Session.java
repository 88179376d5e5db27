package io.muster.ipvs.cli;

import io.muster.ipvs.IpvsError;
import io.muster.ipvs.IpvsException;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.IpvsTable;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.daemon.ConnectionTable;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringTokenizer;

/// One run of `ipvsadm` on an open table: a command line, or with `-R` many.
///
/// Changes are kept until something has to be read or said, or there are many, and then applied together: the kernel
/// answers a batch far faster than one after another. What is printed is in the order of the lines all the same.
final class Session {
    private static final int BATCH = 512;
    private static final String BLANKS = " \t\n\r\f\u000b";

    private final IpvsTable table;
    private final ConnectionTable connections;
    private final Names names;
    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;
    private final List<Request.Change> pending = new ArrayList<>();

    Session(
            IpvsTable table,
            ConnectionTable connections,
            Names names,
            InputStream in,
            PrintStream out,
            PrintStream err) {
        this.table = table;
        this.connections = connections;
        this.names = names;
        this.in = in;
        this.out = out;
        this.err = err;
    }

    int run(String[] args) {
        try {
            Request request = new RequestParser(names).parse(args, false);
            return request instanceof Request.Restore ? restore() : perform(request);
        } catch (Refused e) {
            return complain(e);
        } catch (IpvsException e) {
            return fail(e.error().errno() > 0 ? KernelWords.of(e.error()) : e.getMessage(), Refused.FAILED);
        } catch (IOException e) {
            return fail(String.valueOf(e.getMessage()), 1);
        }
    }

    /// @return the status of the last line
    private int restore() throws IOException {
        int status = 0;
        var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            String[] words = words(line);
            if (words.length == 0) {
                continue;
            }
            Request request;
            try {
                request = new RequestParser(names).parse(words, true);
            } catch (Refused e) {
                flush();
                return complain(e);
            }
            if (request instanceof Request.Change change) {
                pending.add(change);
                status = pending.size() >= BATCH ? flush() : status;
                continue;
            }
            flush();
            status = perform(request);
            if (status != 0 || request instanceof Request.Help || request instanceof Request.Version) {
                return status;
            }
        }
        return pending.isEmpty() ? status : flush();
    }

    /// Cut at blanks, without the command's own name in front: the original knows no quotes.
    static String[] words(String line) {
        var words = new ArrayList<String>();
        var tokens = new StringTokenizer(line, BLANKS);
        while (tokens.hasMoreTokens()) {
            String word = tokens.nextToken();
            if (!words.isEmpty() || !word.equals("ipvsadm")) {
                words.add(word);
            }
        }
        return words.toArray(String[]::new);
    }

    /// @return the exit status of the last of what was pending
    private int flush() throws IpvsException {
        int status = 0;
        List<IpvsOp> operations =
                pending.stream().map(Request.Change::operation).toList();
        List<IpvsError> results = operations.isEmpty() ? List.of() : table.apply(operations);
        for (int i = 0; i < results.size(); i++) {
            status = 0;
            if (!results.get(i).ok()) {
                status = fail(KernelWords.of(pending.get(i).verb(), results.get(i)), Refused.FAILED);
            }
        }
        pending.clear();
        return status;
    }

    private int perform(Request request) throws IOException {
        return switch (request) {
            case Request.Change change -> {
                pending.add(change);
                yield flush();
            }
            case Request.List how -> list(how);
            case Request.Save how -> {
                out.print(new SavedRules(how.numeric() ? Names.NUMERIC : names).text(table.table()));
                yield 0;
            }
            case Request.Help _ -> {
                out.print(Usage.VERSION + Usage.text());
                yield 0;
            }
            case Request.Version _ -> {
                out.print(Usage.VERSION);
                yield 0;
            }
            case Request.Restore _ -> throw new IllegalStateException("-R isn't one of a session's steps");
        };
    }

    private int list(Request.List how) throws IOException {
        Names shown = how.is(Part.NUMERIC) ? Names.NUMERIC : names;
        if (how.is(Part.CONNECTION)) {
            return connections(new ConnectionLines(how.is(Part.PERSISTENT_CONN), shown));
        }
        if (how.is(Part.TIMEOUT)) {
            out.print(Listing.timeouts(table.timeouts()));
            return 0;
        }
        if (how.is(Part.DAEMON)) {
            out.print(Listing.daemons(table.daemons()));
            return 0;
        }
        var listing = new Listing(how, shown);
        if (how.service().isEmpty()) {
            out.print(listing.table(table.info(), table.table()));
            return 0;
        }
        ServiceId id = how.service().get();
        Optional<ServiceEntry> entry = table.service(id);
        if (entry.isEmpty()) {
            return fail(KernelWords.of(Verb.LIST, IpvsError.NO_SERVICE), 1);
        }
        out.print(listing.services(
                List.of(new ServiceEntry(entry.get().service(), entry.get().stats(), table.destinations(id)))));
        return 0;
    }

    private int connections(ConnectionLines lines) throws IOException {
        out.print(lines.title());
        try {
            connections.forEach(connection -> out.print(lines.line(connection)));
        } catch (FileNotFoundException e) {
            return fail("cannot open file " + ConnectionTable.PROC, 1);
        }
        return 0;
    }

    private int complain(Refused refused) {
        return fail(String.valueOf(refused.getMessage()), refused.status());
    }

    private int fail(String words, int status) {
        out.flush();
        err.print(words + "\n");
        return status;
    }
}
