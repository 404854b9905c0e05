using System.Globalization;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Environments.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Environments;

/// <summary>
/// The steps that sandboxes are made of, done by a <see cref="NativeThread"/>. After <see cref="EnterView"/> paths are looked up inside
/// the environment, and no link of it leads out.
/// </summary>
internal sealed unsafe class SandboxThread : IDisposable
{
    private const int OpenFolderFlags = 0x10000 | 0x80000;
    private const int AtCurrent = -100;
    private const int DetachMount = 2;
    private const int StatusSize = 256;
    private const int CreateNew = 0x40 | 0x80;
    private const int NoFollow = 0x20000;

    private readonly NativeThread _thread = new("sandbox", Failure);
    private readonly NativeText _text = new();
    private nint _hostNamespace = -1;

    public NativeThread Native => _thread;

    public NativeText Text => _text;

    /// <summary>Enters new namespaces; from here on the thread's mounts are its own.</summary>
    public void EnterNamespaces(SandboxNetwork network, string hostName)
    {
        _hostNamespace = Must("open the namespace of the host", _thread.System(SystemCallNumber.OpenAt, AtCurrent, _text.Of("/proc/self/ns/mnt"), 0x80000));
        var flags = NamespaceFlags.FileSystem | NamespaceFlags.Mounts | NamespaceFlags.ProcessIds | NamespaceFlags.HostName | NamespaceFlags.Ipc
            | (network == SandboxNetwork.None ? NamespaceFlags.Network : NamespaceFlags.None);

        // One after the other at once: in between, what is unmounted on the host would be unmounted here too, or be busy here.
        Do("make namespaces", SystemCallNumber.Unshare, (nint)flags);
        Must("make the mounts its own", TryMount(null, "/", null, MountFlags.Recursive | MountFlags.Private));
        Do("set the host name", SystemCallNumber.SetHostName, _text.Of(hostName), Encoding.UTF8.GetByteCount(hostName));
        Do("set the umask", SystemCallNumber.SetUmask, 0b000_010_010);
    }

    /// <summary>Shows a view of the host here with set-id programs that work, and without device nodes.</summary>
    public void JoinView(string view)
    {
        Mount(view, view, null, MountFlags.Bind);
        Mount(null, view, null, MountFlags.Bind | MountFlags.Remount | MountFlags.NoDevices);
    }

    /// <summary>
    /// Puts what was staged on the view's /dev, makes the view the root, and lets go of all other mounts. What a link of the environment names is looked up by no step before the old root is gone: until
    /// then it would be a path of the host, and `/..` leads to the host's root even once the view is the root. So /dev is moved to
    /// by descriptor, before the change of roots. Detaching is right for the old root, and only for it: these are this namespace's
    /// copies, and it holds the new root, so that it is never idle.
    /// </summary>
    public void EnterView(string view, string stage)
    {
        ChangeFolder(view);
        MakeFolder("dev");
        var devices = OpenOwnFolder("dev");
        Mount(stage, string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{devices}"), null, MountFlags.Move);
        _thread.System(SystemCallNumber.Close, devices);
        var here = _text.Of(".");
        Do("make the view the root", SystemCallNumber.PivotRoot, here, here);
        Do("leave the host's root", SystemCallNumber.Unmount, here, DetachMount);
        ChangeFolder("/");
        if (IdentityOf("/..") != IdentityOf("/"))
        {
            throw new EzException(FailureKind.Environment, "the sandbox did not leave the host's root, so nothing was run in it");
        }
    }

    /// <summary>Makes a folder that something of the host is to be mounted on, if there is none.</summary>
    /// <exception cref="EzException">Environment: the environment has something else there.</exception>
    public void MakePlace(string path)
    {
        MakeFolder(path);
        _thread.System(SystemCallNumber.Close, OpenOwnFolder(path));
    }

    /// <summary>Opens a folder of the environment itself, never what a link leads to; only as a place, not for reading.</summary>
    private nint OpenOwnFolder(string path)
    {
        const int placeOnly = 0x200000;
        var opened = _thread.System(SystemCallNumber.OpenAt, AtCurrent, _text.Of(path), placeOnly | NoFollow | OpenFolderFlags);
        return opened.Errno is Errno.NotFolder or Errno.LinkLoop
            ? throw new EzException(
                FailureKind.Environment,
                $"`/{path.TrimStart('/')}` of the environment is a link or a file, and the sandbox needs a folder there",
                "roll back, or put a folder in its place in the path that ez env path prints")
            : Must($"open `{path}`", opened);
    }

    /// <summary>A folder by its descriptor, which every thread of this process may use, whatever namespace it is of.</summary>
    public SafeFileHandle OpenFolder(string path) =>
        new(Must($"open `{path}`", _thread.System(SystemCallNumber.OpenAt, AtCurrent, _text.Of(path), NoFollow | OpenFolderFlags)), ownsHandle: true);

    /// <summary>As <see cref="OpenFolder"/>; null where there is no such folder.</summary>
    public SafeFileHandle? TryOpenFolder(string path) =>
        _thread.System(SystemCallNumber.OpenAt, AtCurrent, _text.Of(path), NoFollow | OpenFolderFlags) is { Failed: false } opened ? new(opened.Value, ownsHandle: true) : null;

    /// <summary>A new file, to append to and to read; as with <see cref="OpenFolder"/>.</summary>
    public SafeFileHandle CreateFile(string path)
    {
        const int readWriteAppend = 0x2 | 0x400 | 0x80000;
        const int ownerOnly = 0b110_000_000;
        return new(Must($"make `{path}`", _thread.System(SystemCallNumber.OpenAt, AtCurrent, _text.Of(path), readWriteAppend | CreateNew, ownerOnly)), ownsHandle: true);
    }

    private (ulong Device, ulong File) IdentityOf(string path)
    {
        var status = _text.Block(StatusSize);
        Must($"look at `{path}`", StatusOf(path, status));
        return (*(ulong*)(status + 0x88), *(ulong*)(status + 0x20));
    }

    /// <summary>Whether there is nothing, or a file without content; anything else, a link or a pipe too, is the environment's own affair.</summary>
    public bool IsAbsentOrEmptyFile(string path)
    {
        const int kindMask = 0xf000;
        const int regular = 0x8000;
        var status = _text.Block(StatusSize);
        var looked = StatusOf(path, status);
        return looked.Failed ? looked.Errno == Errno.NoEntry : (*(ushort*)(status + 0x1c) & kindMask) == regular && *(ulong*)(status + 0x28) == 0;
    }

    /// <summary>Whether nothing has that name, once links are followed.</summary>
    public bool IsAbsent(string path)
    {
        const int basicStats = 0x7ff;
        return _thread.System(SystemCallNumber.Statx, AtCurrent, _text.Of(path), 0, basicStats, _text.Block(StatusSize)).Errno is Errno.NoEntry or Errno.NotFolder;
    }

    /// <summary>Of the name itself, not of what a link leads to (struct statx).</summary>
    private NativeResult StatusOf(string path, nint status)
    {
        const int basicStats = 0x7ff;
        const int noFollowNoAutomount = 0x100 | 0x800;
        return _thread.System(SystemCallNumber.Statx, AtCurrent, _text.Of(path), noFollowNoAutomount, basicStats, status);
    }

    /// <summary>Queues a call that must not fail.</summary>
    public void Do(string act, SystemCallNumber number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0) =>
        _thread.Queue(act, NativeThread.SystemCallOf(number, a, b, c, d, e, f), NativeOutcome.Must);

    /// <summary>Queues a call that may fail.</summary>
    public void May(SystemCallNumber number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0) =>
        _thread.Queue("", NativeThread.SystemCallOf(number, a, b, c, d, e, f), NativeOutcome.Ignored);

    public void ChangeFolder(string path) => Do($"enter `{path}`", SystemCallNumber.ChangeFolder, _text.Of(path));

    public bool TryChangeFolder(string path) => !_thread.System(SystemCallNumber.ChangeFolder, _text.Of(path)).Failed;

    public void Mount(string? source, string target, string? fileSystem, MountFlags flags, string? options = null) =>
        _thread.Queue($"mount `{target}`", MountCall(source, target, fileSystem, flags, options), NativeOutcome.Must);

    /// <summary>Mounts where that is possible.</summary>
    public void MayMount(string? source, string target, string? fileSystem, MountFlags flags, string? options = null) =>
        _thread.Queue("", MountCall(source, target, fileSystem, flags, options), NativeOutcome.Ignored);

    /// <summary>After <see cref="MayMount"/>: changes what that has mounted, if it has.</summary>
    public void RemountIfMounted(string target, MountFlags flags) =>
        _thread.Queue($"mount `{target}`", MountCall(null, target, null, MountFlags.Bind | MountFlags.Remount | flags, null), NativeOutcome.Must, NativeWhen.PreviousWorked);

    public NativeResult TryMount(string? source, string target, string? fileSystem, MountFlags flags, string? options = null) =>
        _thread.Run(MountCall(source, target, fileSystem, flags, options));

    private NativeCall MountCall(string? source, string target, string? fileSystem, MountFlags flags, string? options) => NativeThread.SystemCallOf(
        SystemCallNumber.Mount,
        source is null ? 0 : _text.Of(source),
        _text.Of(target),
        fileSystem is null ? 0 : _text.Of(fileSystem),
        (nint)flags,
        options is null ? 0 : _text.Of(options));

    /// <summary>Makes a folder if there is none.</summary>
    public void MakeFolder(string path) =>
        _thread.Queue($"make `{path}`", NativeThread.SystemCallOf(SystemCallNumber.MakeFolderAt, AtCurrent, _text.Of(path), 0b111_101_101), NativeOutcome.MustBeThere);

    /// <summary>Gives a new folder what a manifest says of one.</summary>
    public void TakeMetadata(string path, ManifestEntry from)
    {
        var name = _text.Of(path);
        Do($"change the owner of `{path}`", SystemCallNumber.ChangeOwner, name, (nint)from.Uid, (nint)from.Gid);
        Do($"change the mode of `{path}`", SystemCallNumber.ChangeMode, name, from.Mode);
        foreach (var xattr in from.Xattrs)
        {
            var value = _text.Block(xattr.Value.Length + 1);
            xattr.Value.AsSpan().CopyTo(new Span<byte>((void*)value, xattr.Value.Length));
            Do($"set an attribute of `{path}`", SystemCallNumber.SetXattr, name, _text.Of(xattr.Name, Encoding.Latin1), value, xattr.Value.Length);
        }

        var times = (long*)_text.Block(4 * sizeof(long));
        (times[0], times[2]) = (from.Mtime.Seconds, from.Mtime.Seconds);
        (times[1], times[3]) = (from.Mtime.Nanoseconds, from.Mtime.Nanoseconds);
        Do($"set the time of `{path}`", SystemCallNumber.ChangeTimes, AtCurrent, name, (nint)times);
    }

    public void MakeLink(string target, string path) =>
        _thread.Queue($"make `{path}`", NativeThread.SystemCallOf(SystemCallNumber.SymlinkAt, _text.Of(target), AtCurrent, _text.Of(path)), NativeOutcome.MustBeThere);

    /// <summary>Makes an empty file in a folder that is ours alone.</summary>
    public void MakeEmptyFile(string path, int mode)
    {
        const int regular = 0x8000;
        _thread.Queue($"make `{path}`", NativeThread.SystemCallOf(SystemCallNumber.MakeNodeAt, AtCurrent, _text.Of(path), regular | mode), NativeOutcome.Must);
    }

    /// <summary>Makes an empty file if there is none. Waits for nobody, whatever the environment has there: a pipe, a leased file.</summary>
    public NativeResult TryMakeFile(string path, int mode = 0b110_100_100)
    {
        const int writeCreate = 0x1 | 0x40 | 0x100 | 0x800 | 0x80000;
        var made = _thread.System(SystemCallNumber.OpenAt, AtCurrent, _text.Of(path), writeCreate, mode);
        if (!made.Failed)
        {
            _thread.System(SystemCallNumber.Close, made.Value);
        }

        return made;
    }

    public void WriteNewFile(string path, ReadOnlySpan<byte> content, int mode) => WriteFile(path, content, CreateNew, mode);

    /// <summary>Into an empty file that is there; through no link.</summary>
    public void WriteFile(string path, ReadOnlySpan<byte> content) => WriteFile(path, content, NoFollow, 0);

    private void WriteFile(string path, ReadOnlySpan<byte> content, int how, int mode)
    {
        const int writeOnly = 0x1 | 0x80000;
        var file = Must($"open `{path}`", _thread.System(SystemCallNumber.OpenAt, AtCurrent, _text.Of(path), writeOnly | how, mode));
        var block = _text.Block(content.Length);
        content.CopyTo(new Span<byte>((void*)block, content.Length));
        var written = _thread.System(SystemCallNumber.Write, file, block, content.Length);
        _thread.System(SystemCallNumber.Close, file);
        Must($"write `{path}`", written);
    }

    /// <summary>
    /// Waits until nobody has a file open for writing, as a child of another thread has all files of this process between its fork and
    /// its exec. Such a file cannot be executed, and what is to be process 1 cannot be tried again: its namespace ends with the first
    /// try. A lease for reading is given where nobody writes (fcntl(2), F_SETLEASE).
    /// </summary>
    public void WaitForWriters(string path)
    {
        const int setLease = 1024, forReading = 0, none = 2;
        const int mostTries = 100;
        var file = Must($"open `{path}`", _thread.System(SystemCallNumber.OpenAt, AtCurrent, _text.Of(path), 0x80000));
        for (var tries = 0; tries < mostTries && _thread.System(SystemCallNumber.Control, file, setLease, forReading).Errno == Errno.TryAgain; tries++)
        {
            Thread.Sleep(tries / 10);
        }

        May(SystemCallNumber.Control, file, setLease, none);
        _thread.System(SystemCallNumber.Close, file);
    }

    /// <summary>A small file's text, UTF-8 as all text that goes to the kernel here; null where there is none.</summary>
    public string? TryReadFile(string path, int most = 1 << 20)
    {
        var file = _thread.System(SystemCallNumber.OpenAt, AtCurrent, _text.Of(path), 0x80000 | 0x800);
        if (file.Failed)
        {
            return null;
        }

        var block = _text.Block(most);
        var total = 0;
        while (total < most && _thread.System(SystemCallNumber.Read, file.Value, block + total, most - total) is { Failed: false, Value: > 0 } part)
        {
            total += (int)part.Value;
        }

        _thread.System(SystemCallNumber.Close, file.Value);
        return Encoding.UTF8.GetString(new ReadOnlySpan<byte>((void*)block, total));
    }

    /// <summary>Makes the calls that are queued.</summary>
    public void Flush() => _thread.System(SystemCallNumber.GetPid);

    public void RemoveFile(string path) => Do($"remove `{path}`", SystemCallNumber.UnlinkAt, AtCurrent, _text.Of(path));

    /// <summary>
    /// Brings the thread out of the sandbox's mounts, so that they are gone when this returns and not only when the kernel has
    /// ended the thread.
    /// </summary>
    public void Dispose()
    {
        if (_hostNamespace >= 0)
        {
            _thread.System(SystemCallNumber.SetNamespace, _hostNamespace, (nint)NamespaceFlags.Mounts);
            _thread.System(SystemCallNumber.Close, _hostNamespace);
        }

        _thread.Dispose();
        _text.Dispose();
    }

    public static nint Must(string act, NativeResult result) => result.Failed ? throw Failure(act, result.Errno) : result.Value;

    private static EzException Failure(string act, int errno) => new(
        FailureKind.Environment,
        $"cannot {act} for the sandbox: {Linux.Message(errno)}",
        errno == Errno.NotPermitted ? "run as root; in a container it needs CAP_SYS_ADMIN" : null);
}
