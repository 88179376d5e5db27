/*
 * Loaded into user-mode Linux ahead of libc (LD_PRELOAD): its ptrace() calls, put right for today's processors and for an
 * early death. Without <sys/ptrace.h>, whose ptrace() has other types than the one of libc that is replaced here.
 *
 * A guest's process is a process of the host that user-mode Linux traces. At each stop it reads the floating point
 * registers (PTRACE_GETREGSET), and puts them back before the process goes on (PTRACE_SETREGSET), through a buffer whose
 * size was fixed when it was compiled: it ends behind AVX-512. Where the processor has AMX the host's area is larger, and
 * the host refuses to set less than all of it (EFAULT; user-mode Linux panics at its first process). So what is set here
 * goes through an area that is large enough. The rest is AMX's alone, which Linux gives to no process that didn't ask, and
 * a guest can't ask. Setting so much is slow and mostly sets what was read just before: then it is left out.
 *
 * PTRACE_O_EXITKILL: when the tracer is killed, what it traced ends, and doesn't run on as a process of the host.
 */

enum { GETREGSET = 0x4204, SETREGSET = 0x4205, SETOPTIONS = 0x4200, OLDSETOPTIONS = 21, XSTATE = 0x202, EXITKILL = 0x100000 };
enum { PEEKTEXT = 1, PEEKUSER = 3, POKEUSER = 6, GETREGS = 12, SETREGS = 13, CALL = 101 };
enum { COMPONENTS = 512 / 8, AMX = 3 << 17 };

struct piece {
    unsigned long *base, octets;
};

extern long syscall(long number, ...);
long ptrace(int request, int pid, void *address, void *data);

static unsigned long area[8192]; /* what was read or set last; behind it zero, which stands for the initial state */
static int holder;               /* whose registers these still are; 0: nobody's */

static int same(const unsigned long *a, const unsigned long *b, unsigned long words) {
    while (words > 0 && *a == *b) a++, b++, words--;
    return words == 0;
}

static void copy(unsigned long *to, const unsigned long *from, unsigned long words) {
    while (words-- > 0) *to++ = *from++;
}

static long read_registers(int pid, struct piece *to) {
    long result = syscall(CALL, (long) GETREGSET, (long) pid, (long) XSTATE, to);
    holder = 0;
    if (result == 0 && to->octets <= sizeof area) {
        copy(area, to->base, to->octets / 8);
        holder = pid;
    }
    return result;
}

static long set_registers(int pid, const struct piece *from) {
    struct piece all = {area, sizeof area};
    if (holder == pid && same(area, from->base, from->octets / 8)) return 0;
    copy(area, from->base, from->octets / 8);
    area[COMPONENTS] &= ~(unsigned long) AMX;
    holder = pid;
    return syscall(CALL, (long) SETREGSET, (long) pid, (long) XSTATE, &all);
}

long ptrace(int request, int pid, void *address, void *data) {
    long word, result;
    if (address == (void *) XSTATE && request == GETREGSET) return read_registers(pid, data);
    if (address == (void *) XSTATE && request == SETREGSET) return set_registers(pid, data);
    if (request == SETOPTIONS || request == OLDSETOPTIONS) data = (void *) ((long) data | EXITKILL);
    if (request >= PEEKTEXT && request <= PEEKUSER) { /* the system call writes what the C function returns */
        result = syscall(CALL, (long) request, (long) pid, address, &word);
        return result < 0 ? result : word;
    }
    /* All but looking and poking may let the process run. */
    if (request > POKEUSER && (request < GETREGS || request > SETREGS)) holder = 0;
    return syscall(CALL, (long) request, (long) pid, address, data);
}
