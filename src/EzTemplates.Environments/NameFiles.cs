using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>
/// An environment's own /etc/hostname, /etc/hosts and /etc/machine-id: files of its own, so that they stay over every remap. Where its version has
/// something there, that is the author's word, and it stays; an empty file is only a place for one. A version without /etc gets none.
/// </summary>
internal static class NameFiles
{
    private const int Readable = 0b110_100_100;
    private const int ReadableByAll = 0b100_100_100;
    private static readonly TreePath Folder = TreePath.Parse("/etc");
    private static readonly TreePath ResolvConf = Folder.Append("resolv.conf");
    private const int MachineIdDigits = 32;

    /// <summary>Made where the version has none, or an empty one, which stands for it.</summary>
    public static TreePath MachineId { get; } = Folder.Append("machine-id");

    /// <summary>hostname(5), hosts(5); as Debian's installer writes them.</summary>
    public static ImmutableArray<(TreePath Path, byte[] Text)> Of(EnvironmentName name) =>
    [
        (Folder.Append("hostname"), Encoding.ASCII.GetBytes($"{name}\n")),
        (Folder.Append("hosts"), Encoding.ASCII.GetBytes(
            $"127.0.0.1\tlocalhost\n127.0.1.1\t{name}\n\n::1\tlocalhost ip6-localhost ip6-loopback\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n")),
    ];

    /// <summary>machine-id(5): 128 bits at random, that no two systems have the same.</summary>
    public static byte[] NewMachineId() => Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(MachineIdDigits, lowercase: true) + "\n");

    /// <summary>Those of a new environment.</summary>
    public static IEnumerable<PrivateFile> For(Manifest manifest, EnvironmentName name)
    {
        foreach (var (path, text) in Of(name).Where(file => manifest.Find(file.Path) is null or { Type: EntryType.File, Size: 0 }))
        {
            yield return new PrivateFile(path, () => text, manifest.Find(path)?.Mode ?? Readable);
        }

        if (manifest.Find(MachineId) is var there && there is null or { Type: EntryType.File, Size: 0 })
        {
            yield return new PrivateFile(MachineId, NewMachineId, there?.Mode ?? ReadableByAll);
        }
    }

    /// <summary>Those of a view that nobody has written to, where each finds out whether there is a place for it.</summary>
    public static IEnumerable<PrivateFile> ForFresh(EnvironmentName name) =>
        Of(name).Select(file => new PrivateFile(file.Path, () => file.Text)).Append(new PrivateFile(MachineId, NewMachineId, ReadableByAll));

    /// <summary>Whether a change of a private area is one of these, as it was written, or the empty place where a command sees the host's resolv.conf.</summary>
    public static bool IsUnedited(string area, PrivateChange change, EnvironmentName name)
    {
        if (change is { Kind: PrivateChangeKind.Added, Private: { Kind: FileKind.File, Size: 0 } } && change.Path == ResolvConf)
        {
            return true;
        }

        if (change is { Template: null or { Type: EntryType.File, Size: 0 }, Private: { Kind: FileKind.File, Size: MachineIdDigits + 1 } } && change.Path == MachineId)
        {
            return true;
        }

        if (change is { Kind: PrivateChangeKind.Added, Private.Kind: FileKind.File } && change.Path == InstanceData.RandomSeed)
        {
            return true;
        }

        if (change is { Kind: PrivateChangeKind.Added, Private.Kind: FileKind.File } && PackageSources.Contains(change.Path))
        {
            using var sources = PrivateArea.TryOpenFolder(area, change.Path.Parent);
            return sources is not null && PrivateArea.TryRead(sources, NativePath.FromLatin1(change.Path.Name), IsUnedited) == true;
        }

        if (change.Private is not { Kind: FileKind.File } || Of(name).FirstOrDefault(file => file.Path == change.Path).Text is not { } written)
        {
            return false;
        }

        using var folder = PrivateArea.TryOpenFolder(area, Folder);
        return folder is not null && PrivateArea.TryDigest(folder, NativePath.FromLatin1(change.Path.Name)) == Sha256Digest.Of(written);
    }

    private static bool IsUnedited(Stream file)
    {
        const int mostBytes = 1 << 20;
        if (file.Length > mostBytes)
        {
            return false;
        }

        var text = new byte[file.Length];
        file.ReadExactly(text);
        return MarkedText.IsUnedited(text);
    }
}
