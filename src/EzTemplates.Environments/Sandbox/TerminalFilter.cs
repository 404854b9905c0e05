using System.Runtime.InteropServices;

namespace EzTemplates.Environments;

/// <summary>
/// A command has the terminal that `ez` was started on, and two calls of ioctl_tty(2) put characters into a terminal as if they had
/// been typed: TIOCSTI, and TIOCLINUX's paste. What a command put there, the shell outside would run once `ez` has ended. So the
/// kernel refuses both calls (seccomp(2)) to all that is started in a sandbox, whatever its privileges.
/// </summary>
internal static unsafe class TerminalFilter
{
    private const ushort Load = 0x20;
    private const ushort And = 0x54;
    private const ushort JumpIfEqual = 0x15;
    private const ushort Return = 0x06;

    private const uint Number = 0;
    private const uint Machine = 4;
    private const uint LowRequest = 24;

    private const uint Allow = 0x7fff0000;
    private const uint RefuseAsNotPermitted = 0x00050000 | Native.Errno.NotPermitted;

    /// <summary>
    /// linux/seccomp.h, linux/audit.h. A process of x86-64 reaches ioctl by three ways: its own number, x32's (the same with a bit
    /// set, or 514), and i386's by int 0x80. Of the request the kernel looks at the low half only.
    /// </summary>
    private static readonly Instruction[] Program =
    [
        new(Load, 0, 0, Machine),
        new(JumpIfEqual, 0, 5, 0xc000003e),     // x86-64, or on to i386
        new(Load, 0, 0, Number),
        new(And, 0, 0, ~0x40000000u),
        new(JumpIfEqual, 5, 0, 16),             // ioctl: to its request
        new(JumpIfEqual, 4, 0, 514),
        new(Return, 0, 0, Allow),
        new(JumpIfEqual, 0, 6, 0x40000003),     // i386, or to the refusal
        new(Load, 0, 0, Number),
        new(JumpIfEqual, 0, 3, 54),
        new(Load, 0, 0, LowRequest),
        new(JumpIfEqual, 2, 0, 0x5412),         // TIOCSTI
        new(JumpIfEqual, 1, 0, 0x541c),         // TIOCLINUX
        new(Return, 0, 0, Allow),
        new(Return, 0, 0, RefuseAsNotPermitted),
    ];

    /// <summary>For good, for the thread and for all that it starts. Needs CAP_SYS_ADMIN, so that set-id programs go on working.</summary>
    public static void Install(SandboxThread thread)
    {
        const int setFilter = 1;
        const int withoutSlowerBranches = 4;
        var instructions = thread.Text.Block(Program.Length * sizeof(Instruction));
        Program.CopyTo(new Span<Instruction>((void*)instructions, Program.Length));
        var program = thread.Text.Block(2 * sizeof(nint));
        *(ushort*)program = (ushort)Program.Length;
        ((nint*)program)[1] = instructions;
        SandboxThread.Must("keep the terminal", thread.Native.System(Native.SystemCallNumber.Seccomp, setFilter, withoutSlowerBranches, program));
    }

    /// <summary>struct sock_filter (linux/filter.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Operand);
}
