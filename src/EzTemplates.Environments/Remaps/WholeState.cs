using EzTemplates.Domain;
using EzTemplates.Domain.Merging;

namespace EzTemplates.Environments;

/// <summary>The files that hold a system's state in one piece: texts, and rpm's database.</summary>
internal static class WholeState
{
    /// <summary>Folders that hold such files.</summary>
    public static IEnumerable<TreePath> Places { get; } = [.. StateMerge.Places.Concat(RpmDatabaseMerge.Places).Order()];

    public static bool Contains(TreePath path) => StateMerge.Contains(path) || RpmDatabaseMerge.Contains(path);

    /// <summary>How large one may be: rpm's database keeps some 90 KB of each package.</summary>
    public static int MostBytes(TreePath path) => RpmDatabaseMerge.Contains(path) ? AreaPlace.MostBytes : AreaPlace.MostText;

    /// <summary>Of a path that <see cref="Contains"/>.</summary>
    public static MergeOutcome Merge(TreePath path, ThreeTexts texts) => RpmDatabaseMerge.Contains(path) ? RpmDatabaseMerge.Merge(texts) : StateMerge.Merge(path, texts);
}
