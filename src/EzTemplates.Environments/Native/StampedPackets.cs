using System.Runtime.InteropServices;
using EzTemplates.Domain;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Environments.Native;

/// <param name="Length">0: no more will come.</param>
internal readonly record struct StampedPacket(int Length, FileTime At);

/// <summary>A pair of sockets that keep packets apart (unix(7), SOCK_SEQPACKET), of which one tells when each was sent, on 64-bit machines.</summary>
internal static unsafe partial class StampedPackets
{
    private const int Unix = 1;
    private const int SequencedCloseOnExec = 5 | 0x80000;
    private const int SocketLevel = 1;
    private const int TimestampNanoseconds = 35;
    private const int Both = 2;
    private const string Library = "libc";

    /// <exception cref="EzException">Environment: too many open files.</exception>
    public static (SafeFileHandle Reader, SafeFileHandle Writer) Pair()
    {
        var pair = stackalloc int[2];
        var on = 1;
        if (SocketPair(Unix, SequencedCloseOnExec, 0, pair) != 0)
        {
            throw new EzException(FailureKind.Environment, $"cannot make a pair of sockets: {Linux.Message(Marshal.GetLastPInvokeError())}", "raise the limit of open files (ulimit -n)");
        }

        var made = (new SafeFileHandle(pair[0], ownsHandle: true), new SafeFileHandle(pair[1], ownsHandle: true));
        _ = SetOption(pair[0], SocketLevel, TimestampNanoseconds, &on, sizeof(int));
        return made;
    }

    // A struct cmsghdr and a struct timespec.
    private const int StampBytes = 32;
    private const int CloseOnExec = 0x40000000;

    /// <summary>What has come can still be read; then there is an end.</summary>
    public static void Shut(SafeFileHandle socket) => _ = ShutDown((int)socket.DangerousGetHandle(), Both);

    /// <summary>Waits for the next packet. What does not fit is cut off.</summary>
    public static StampedPacket Read(SafeFileHandle socket, Span<byte> into)
    {
        // Room for the stamp and nothing else: the kernel drops descriptors that a hostile sender adds.
        var control = stackalloc byte[StampBytes];
        fixed (byte* bytes = into)
        {
            while (true)
            {
                var part = new IoVector { Base = bytes, Length = (nuint)into.Length };
                var message = new MessageHeader { Parts = &part, PartCount = 1, Control = control, ControlLength = StampBytes };
                var got = Receive((int)socket.DangerousGetHandle(), &message, CloseOnExec);
                if (got >= 0)
                {
                    return new StampedPacket((int)got, StampIn(new ReadOnlySpan<byte>(control, (int)message.ControlLength)));
                }

                if (Marshal.GetLastPInvokeError() != Errno.Interrupted)
                {
                    return default;
                }
            }
        }
    }

    /// <summary>struct cmsghdr, then a struct timespec.</summary>
    private static FileTime StampIn(ReadOnlySpan<byte> control) =>
        control.Length >= 32 && MemoryMarshal.Read<int>(control[12..]) == TimestampNanoseconds
            ? new FileTime(MemoryMarshal.Read<long>(control[16..]), (int)MemoryMarshal.Read<long>(control[24..]))
            : default;

    [LibraryImport(Library, EntryPoint = "socketpair", SetLastError = true)]
    private static partial int SocketPair(int family, int type, int protocol, int* pair);

    [LibraryImport(Library, EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(int socket, int level, int name, void* value, uint length);

    [LibraryImport(Library, EntryPoint = "shutdown", SetLastError = true)]
    private static partial int ShutDown(int socket, int how);

    [LibraryImport(Library, EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint Receive(int socket, MessageHeader* message, int flags);

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct IoVector
    {
        public byte* Base;
        public nuint Length;
    }

    /// <summary>struct msghdr (recvmsg(2)).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public IoVector* Parts;
        public nuint PartCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }
}
