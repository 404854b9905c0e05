using EzTemplates.Domain;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>What a manifest says of a folder, for the folder of a private area that hides it.</summary>
internal static class FolderMetadata
{
    /// <summary>After all that is made in the folder, since that touches its time.</summary>
    public static void Take(string folder, ManifestEntry from)
    {
        Libc.ChangeOwner(null, folder, from.Uid, from.Gid);
        Libc.ChangeMode(null, folder, from.Mode);
        foreach (var xattr in from.Xattrs)
        {
            Libc.SetXattr(null, folder, NativePath.FromLatin1(xattr.Name), xattr.Value.AsSpan());
        }

        Libc.ChangeMtime(null, folder, from.Mtime);
    }
}
