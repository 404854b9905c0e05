using EzTemplates.Domain;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Store;

/// <summary>How the files of a tree on disk come to their bytes.</summary>
public abstract class TreeFiles
{
    private TreeFiles()
    {
    }

    /// <summary>Sparse, with two attributes by which an overlay finds the object below the tree.</summary>
    public static TreeFiles ThatRefer(OverlayAttributes attributes) => new Reference(attributes);

    /// <summary>Each has its own, cloned from the object where the file system can, so that any overlay shows the tree alone.</summary>
    public static TreeFiles WithBytes(StoreLayout layout) => new Bytes(layout);

    /// <summary>Whether the tree is for a view over the objects, whose folder it then has to hide.</summary>
    internal abstract bool IsOverObjects { get; }

    /// <summary>Gives a new, empty file what it holds.</summary>
    internal abstract void Fill(SafeFileHandle file, ManifestEntry entry);

    /// <summary>Attributes that a file has besides its manifest's.</summary>
    internal abstract IEnumerable<(NativePath Name, byte[] Value)> AttributesOf(ManifestEntry entry);

    /// <summary>Whether the files have bytes of their own, which take room, time to check, and can be damaged.</summary>
    internal bool HaveBytes => !IsOverObjects;

    /// <summary>Whether the bytes of a file of the right size are right, past the page cache.</summary>
    internal abstract bool AreRight(SafeFileHandle root, ManifestEntry entry);

    private sealed class Reference(OverlayAttributes attributes) : TreeFiles
    {
        internal override bool IsOverObjects => true;

        internal override void Fill(SafeFileHandle file, ManifestEntry entry)
        {
            Libc.Truncate(file, entry.Size);
            foreach (var (name, value) in AttributesOf(entry))
            {
                Libc.SetXattr(file, name, value);
            }
        }

        internal override IEnumerable<(NativePath Name, byte[] Value)> AttributesOf(ManifestEntry entry) =>
            [(attributes.Metacopy, []), (attributes.Redirect, OverlayAttributes.RedirectTo(entry.Content!.Value))];

        internal override bool AreRight(SafeFileHandle root, ManifestEntry entry) => true;
    }

    private sealed class Bytes(StoreLayout layout) : TreeFiles
    {
        internal override bool IsOverObjects => false;

        internal override void Fill(SafeFileHandle file, ManifestEntry entry)
        {
            using var content = Libc.Open(null, layout.ObjectOf(entry.Content!.Value), OpenFlags.Read | OpenFlags.NoFollow);
            if (!Libc.TryClone(content, file))
            {
                StoreFile.CopyBytes(content, file);
            }

            if (Libc.Status(file).Size != entry.Size)
            {
                throw new StoreException($"the object `{layout.ObjectOf(entry.Content.Value)}` does not have its size", "ez store check --repair");
            }
        }

        internal override IEnumerable<(NativePath Name, byte[] Value)> AttributesOf(ManifestEntry entry) => [];

        internal override bool AreRight(SafeFileHandle root, ManifestEntry entry)
        {
            try
            {
                using var file = Libc.Open(root, entry.Path, OpenFlags.Read | OpenFlags.NoFollow);
                Libc.ForgetCache(file);
                return ObjectShelf.HashOf(file) == entry.Content;
            }
            catch (StoreException)
            {
                // A bad sector, which writing may cure.
                return false;
            }
        }
    }
}
