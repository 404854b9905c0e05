using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Store.Native;

/// <summary>A name in a folder, bytes as chars, without <c>.</c> and <c>..</c>.</summary>
/// <param name="IsDevice">A character device, as overlayfs's whiteouts are.</param>
public readonly record struct FolderMember(string Name, bool IsFolder, bool IsDevice);

/// <summary>
/// What a folder holds, and folders far below one: a remap looks at thousands of small folders, where readdir(3) and a step for each
/// part of a path are most of the time.
/// </summary>
public static unsafe partial class Libc
{
    private const int ListingBytes = 32 * 1024;
    private const int MostAttempts = 8;
    private const byte DeviceType = 2;
    private const byte FolderType = 4;
    private const byte UnknownType = 0;

    private delegate void FolderEntry(ReadOnlySpan<byte> name, byte type);

    /// <summary>A folder below another. No link is followed in any part of the path, and nothing above is reached.</summary>
    /// <returns>Null where there is none, or something else.</returns>
    public static SafeFileHandle? TryOpenFolderBelow(SafeFileHandle folder, NativePath path)
    {
        const ulong beneath = 0x08, noSymlinks = 0x04, noMagicLinks = 0x02;
        var how = new NativeOpenHow { Flags = (ulong)MachineOpenFlags.Of(OpenFlags.Directory | OpenFlags.NoFollow), Resolve = beneath | noSymlinks | noMagicLinks };
        using var at = new FolderReference(folder);
        fixed (byte* p = path.Bytes)
        {
            for (var attempt = 1; ; attempt++)
            {
                var descriptor = LibcImports.SystemCall(SystemCalls.OpenAt2, at.Descriptor, (nint)p, (nint)(&how), sizeof(NativeOpenHow));
                if (descriptor >= 0)
                {
                    return new SafeFileHandle(descriptor, true);
                }

                switch (Marshal.GetLastPInvokeError())
                {
                    // The kernel could not be sure of the path, which somebody was changing just then.
                    case Errnos.EINTR or Errnos.EAGAIN when attempt < MostAttempts:
                        continue;

                    // Somebody goes on with that; a filter of system calls that does not know this one; longer than a path may be.
                    case Errnos.EINTR or Errnos.EAGAIN or Errnos.ENOSYS or Errnos.EPERM or Errnos.ENAMETOOLONG:
                        return TryOpenByParts(folder, path);

                    case var errno:
                        return IsNoFolder(errno) ? null : throw Failure("open", folder, path, errno);
                }
            }
        }
    }

    /// <returns>In byte order, whatever order the file system has.</returns>
    public static ImmutableArray<FolderMember> ReadFolder(SafeFileHandle folder)
    {
        var members = ImmutableArray.CreateBuilder<FolderMember>();
        List(folder, (bytes, type) =>
        {
            if (!bytes.SequenceEqual("."u8) && !bytes.SequenceEqual(".."u8))
            {
                var name = Encoding.Latin1.GetString(bytes);
                members.Add(type == UnknownType ? LookAt(folder, name) : new FolderMember(name, type == FolderType, type == DeviceType));
            }
        });
        members.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return members.DrainToImmutable();
    }

    /// <summary>Whether listing a folder tells what each member is, as overlayfs needs of the layer that it writes; the folder has one file at least.</summary>
    public static bool TellsTypes(SafeFileHandle folder)
    {
        var tells = true;
        List(folder, (_, type) => tells &= type != UnknownType);
        return tells;
    }

    private static FolderMember LookAt(SafeFileHandle folder, string name)
    {
        var kind = TryStatus(folder, NativePath.FromLatin1(name))?.Kind;
        return new FolderMember(name, kind == FileKind.Directory, kind == FileKind.CharacterDevice);
    }

    private static void List(SafeFileHandle folder, FolderEntry see)
    {
        // A second opening, not dup: it starts at the first name.
        using var again = OpenFolder(folder, ".");
        using var at = new FolderReference(again);
        var buffer = ArrayPool<byte>.Shared.Rent(ListingBytes);
        try
        {
            fixed (byte* p = buffer)
            {
                nint length;
                while ((length = LibcImports.SystemCall(SystemCalls.GetDents64, at.Descriptor, (nint)p, buffer.Length, 0)) > 0)
                {
                    See(buffer.AsSpan(0, (int)length), see);
                }

                // Of one that was removed since it was opened there is nothing to list; readdir(3) takes that for the end, too.
                if (length < 0 && Marshal.GetLastPInvokeError() != Errnos.ENOENT)
                {
                    throw Failure("list", folder);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <param name="listing">Of struct linux_dirent64 (getdents64(2)): inode, offset (8 bytes each), length of the entry (2), type (1), name.</param>
    private static void See(ReadOnlySpan<byte> listing, FolderEntry see)
    {
        const int lengthOffset = 16, typeOffset = 18, nameOffset = 19;
        while (!listing.IsEmpty)
        {
            var length = MemoryMarshal.Read<ushort>(listing[lengthOffset..]);
            var name = listing[nameOffset..length];
            see(name[..name.IndexOf((byte)0)], listing[typeOffset]);
            listing = listing[length..];
        }
    }

    private static SafeFileHandle? TryOpenByParts(SafeFileHandle folder, NativePath path)
    {
        var at = OpenFolder(folder, ".");
        foreach (var name in Encoding.Latin1.GetString(path.Bytes[..^1]).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            using var above = at;
            var (below, errno) = TryOpen(above, NativePath.FromLatin1(name), OpenFlags.Directory | OpenFlags.NoFollow);
            if (below is null)
            {
                return IsNoFolder(errno) ? null : throw Failure("open", folder, path, errno);
            }

            at = below;
        }

        return at;
    }

    private static bool IsNoFolder(int errno) => errno is Errnos.ENOENT or Errnos.ENOTDIR or Errnos.ELOOP or Errnos.ENAMETOOLONG;

    private static class SystemCalls
    {
        public const int OpenAt2 = 437;

        /// <summary>asm/unistd.h; all newer machines share their numbers.</summary>
        public static int GetDents64 { get; } = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => 217,
            Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64 => 61,
            var other => throw new PlatformNotSupportedException($"the number of getdents64(2) on {other}"),
        };
    }
}

/// <summary>struct open_how (openat2(2)).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeOpenHow
{
    public ulong Flags;
    public ulong Mode;
    public ulong Resolve;
}
