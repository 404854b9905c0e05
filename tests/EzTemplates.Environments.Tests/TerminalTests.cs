using System.Runtime.InteropServices;
using EzTemplates.Testing;

namespace EzTemplates.Environments.Tests;

public sealed class TerminalTests
{
    /// <summary>TIOCSTI and TIOCLINUX by every number that perl can call them by, and, to show that others work, TIOCGWINSZ.</summary>
    private const string Typist = """
        my $c = "x" x 64;
        sub result { print $_[0] ? "done" : $! + 0, "\n" }
        result(ioctl(STDIN, 0x5412, $c));
        result(ioctl(STDIN, 0x541c, $c));
        result(syscall(16, 0, 0x100005412, $c) == 0);
        result(syscall(0x40000000 | 16, 0, 0x5412, $c) == 0);
        result(syscall(0x40000000 | 514, 0, 0x5412, $c) == 0);
        result(ioctl(STDIN, 0x5413, $c));
        """;

    [Theory]
    [InlineData(SandboxPrivileges.Container)]
    [InlineData(SandboxPrivileges.All)]
    public void A_command_cannot_type_into_the_terminal_that_it_was_given(SandboxPrivileges privileges)
    {
        Requires.Overlay();
        Requires.Tool("ldd");
        Requires.Tool("perl");
        using var ground = new TestGround();
        var name = ground.Create("box", "1", [.. ground.Tools("perl"), ground.Bytes("/bin/typist", TypistOfThe32BitWay(), 0b111_101_101)]);
        var (outer, inner) = OpenTerminal();
        try
        {
            var request = new ExecRequest { Environment = name, Command = ["perl", "-e", Typist], Variables = [new("LANG", "C")], Privileges = privileges };
            Assert.Equal(new ExecResult(0, "1\n1\n1\n1\n1\ndone\n", ""), ground.ExecOn(request, inner));

            // A kernel without 32-bit programs answers int 0x80 with a fault.
            Assert.Contains(ground.ExecOn(request with { Command = ["/bin/typist"] }, inner).Status, (int[])[1, 128 + 11]);
        }
        finally
        {
            Assert.Equal(0, close(inner));
            Assert.Equal(0, close(outer));
        }
    }

    /// <summary>An ELF program that calls TIOCSTI on descriptor 0 through int 0x80, and exits with the error number.</summary>
    private static byte[] TypistOfThe32BitWay()
    {
        byte[] code =
        [
            0xb8, 0x36, 0x00, 0x00, 0x00,   // mov eax, 54 (ioctl)
            0x31, 0xdb,                     // xor ebx, ebx
            0xb9, 0x12, 0x54, 0x00, 0x00,   // mov ecx, TIOCSTI
            0xba, 0x00, 0x00, 0x40, 0x00,   // mov edx, the file's first byte
            0xcd, 0x80,                     // int 0x80
            0xf7, 0xd8, 0x89, 0xc7,         // neg eax; mov edi, eax
            0xb8, 0x3c, 0x00, 0x00, 0x00,   // mov eax, 60 (exit)
            0x0f, 0x05,                     // syscall
        ];
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 62, 0, 1, 0, 0, 0]);
        Array.ForEach([0x400000L + 120, 64L, 0L], writer.Write);
        Array.ForEach((short[])[0, 0, 64, 56, 1, 0, 0, 0], writer.Write);
        Array.ForEach((int[])[1, 5], writer.Write);
        Array.ForEach([0L, 0x400000L, 0x400000L, 120L + code.Length, 120L + code.Length, 0x1000L], writer.Write);
        writer.Write(code);
        return file.ToArray();
    }

    private static (int Outer, int Inner) OpenTerminal()
    {
        const int readWriteNotOurs = 2 | 0x100 | 0x80000;
        var outer = posix_openpt(readWriteNotOurs);
        Assert.SkipUnless(outer >= 0 && grantpt(outer) == 0 && unlockpt(outer) == 0, "needs pseudoterminals (/dev/ptmx)");
        var inner = open(Marshal.PtrToStringUTF8(ptsname(outer))!, readWriteNotOurs);
        Assert.True(inner >= 0);
        return (outer, inner);
    }

    [DllImport("libc")]
    private static extern int posix_openpt(int flags);

    [DllImport("libc")]
    private static extern int grantpt(int descriptor);

    [DllImport("libc")]
    private static extern int unlockpt(int descriptor);

    [DllImport("libc")]
    private static extern nint ptsname(int descriptor);

    [DllImport("libc")]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc")]
    private static extern int close(int descriptor);
}
