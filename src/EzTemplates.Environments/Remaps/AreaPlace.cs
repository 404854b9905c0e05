using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>Where a private path lies: in an environment's private area, or among what a mapping keeps. No link on the way is followed.</summary>
/// <param name="Root">The folder that <paramref name="Path"/> begins at.</param>
internal readonly record struct AreaPlace(string Root, TreePath Path)
{
    /// <summary>More than any of the texts that are merged; one of this size is no such text.</summary>
    public const int MostText = 32 << 20;

    /// <summary>Of what is told apart by its bytes at all: no file that is merged is larger, and a sparse one may be without an end.</summary>
    public const int MostBytes = 512 << 20;

    private const string Link = "link ";

    private NativePath Name => NativePath.FromLatin1(Path.Name);

    /// <summary>Null where there is nothing.</summary>
    public FileStatus? TryStatus()
    {
        using var folder = PrivateArea.TryOpenFolder(Root, Path.Parent);
        return folder is null ? null : Libc.TryStatus(folder, Name);
    }

    public string? TryReadSymlink()
    {
        using var folder = PrivateArea.TryOpenFolder(Root, Path.Parent);
        return folder is null ? null : Libc.TryReadSymlink(folder, Name);
    }

    /// <returns>Its bytes; null if it is no regular file, or larger than that.</returns>
    public byte[]? TryRead(int most = MostText)
    {
        using var folder = PrivateArea.TryOpenFolder(Root, Path.Parent);
        if (folder is null || Libc.TryOpenRegular(folder, Name).File is not { } file)
        {
            return null;
        }

        using (file)
        {
            var size = Libc.Status(file).Size;
            if (size > most)
            {
                return null;
            }

            var bytes = new byte[size];
            var count = 0;
            while (count < bytes.Length && Libc.Read(file, bytes.AsSpan(count)) is > 0 and var read)
            {
                count += read;
            }

            return bytes[..count];
        }
    }

    /// <summary>
    /// What is there in one word that a mapping's record keeps: two that differ in it are not the same to who looks, but for their times.
    /// Null where there is nothing.
    /// </summary>
    public string? Identity()
    {
        if (TryStatus() is not { } status)
        {
            return null;
        }

        return status.Kind switch
        {
            FileKind.File when status.Size <= MostBytes && TryDigest() is { } digest => OfFile(digest, status.Mode, status.Uid, status.Gid),
            FileKind.Symlink when TryReadSymlink() is { } target => OfLink(target),
            _ when PrivateArea.IsWhiteout(status) => Whiteout,
            _ => "other",
        };
    }

    /// <summary>Whether it has these extended attributes, and no other but the overlay's own.</summary>
    public bool HasAttributes(ImmutableArray<ExtendedAttribute> wanted)
    {
        using var folder = PrivateArea.TryOpenFolder(Root, Path.Parent);
        var name = Name;
        return folder is not null
            && Libc.XattrNames(folder, name).Count(attribute => !attribute.Contains(".overlay.", StringComparison.Ordinal)) == wanted.Length
            && wanted.All(attribute => Libc.TryGetXattr(folder, name, NativePath.FromLatin1(attribute.Name)) is { } value && value.AsSpan().SequenceEqual(attribute.Value.AsSpan()));
    }

    public static string Whiteout => "removed";

    public static string OfFile(Sha256Digest content, int mode, uint uid, uint gid) => $"file {content} {Convert.ToString(mode, 8)} {uid}:{gid}";

    public static string OfLink(string target) => Link + target;

    /// <summary>Of an identity; null if it is not a link's.</summary>
    public static string? TargetOf(string identity) => identity.StartsWith(Link, StringComparison.Ordinal) ? identity[Link.Length..] : null;

    private Sha256Digest? TryDigest()
    {
        using var folder = PrivateArea.TryOpenFolder(Root, Path.Parent);
        return folder is null ? null : PrivateArea.TryDigest(folder, Name);
    }
}
