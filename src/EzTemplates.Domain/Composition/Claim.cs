namespace EzTemplates.Domain.Composition;

/// <summary>A package's wish for a path.</summary>
internal sealed class Claim
{
    public Claim(int package, PackageEntry packed, TreePath mergedPath)
    {
        Package = package;
        Packed = packed;
        Entry = packed.Entry;
        MergedPath = mergedPath;
        Path = mergedPath;
        Inode = this;
    }

    /// <summary>Its place in the configure order.</summary>
    public int Package { get; }

    /// <summary>With the owner's names.</summary>
    public PackageEntry Packed { get; }

    /// <summary>As the archive has it.</summary>
    public ManifestEntry Entry { get; }

    /// <summary>The archive's path with usr-merge applied.</summary>
    public TreePath MergedPath { get; }

    /// <summary>Where it lands once the links of all packages are followed.</summary>
    public TreePath Path { get; set; }

    /// <summary>The claim that carries what all names of one hard-linked file have in common; itself where there is one name.</summary>
    public Claim Inode { get; set; }

    /// <summary>Never <see cref="EntryType.HardLink"/>: a further name is what its first name is.</summary>
    public EntryType Type => Inode.Entry.Type;

    public bool IsDirectory => Type == EntryType.Directory;
}
