using System.Collections.Immutable;
using System.Security.Cryptography;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>A package's file list, ghosts included, in the header's order.</summary>
public sealed class RpmFileTable
{
    private readonly Dictionary<TreePath, int> _byPath;

    internal RpmFileTable(ImmutableArray<RpmFile> files, Dictionary<TreePath, int> byPath, HashAlgorithmName digestAlgorithm) =>
        (Files, _byPath, DigestAlgorithm) = (files, byPath, digestAlgorithm);

    public ImmutableArray<RpmFile> Files { get; }

    /// <summary>Of <see cref="RpmFile.Digest"/>.</summary>
    public HashAlgorithmName DigestAlgorithm { get; }

    /// <summary>The file list of a package's main header.</summary>
    /// <exception cref="MalformedArchiveException">Names the file, the path, the field and the reason.</exception>
    public static RpmFileTable Of(RpmHeader main, RpmReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var at = new ArchivePosition();
        at.Enter(RpmHeaderKind.Main.Name);
        try
        {
            return RpmFileTableReader.Read(main, options, at);
        }
        catch (MalformedArchiveException failure)
        {
            throw failure.At(options.FileName, at.Describe());
        }
    }

    /// <summary>A path's place in <see cref="Files"/>; null if it is none of them.</summary>
    public int? Find(TreePath path) => _byPath.TryGetValue(path, out var index) ? index : null;
}
