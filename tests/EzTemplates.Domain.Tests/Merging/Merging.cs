using EzTemplates.Domain.Merging;
using Xunit;

namespace EzTemplates.Domain.Tests.Merging;

/// <summary>Merges of one file, with what they come to.</summary>
internal static class Merging
{
    public static MergeOutcome Merge(string path, string old, string own, string next)
    {
        Assert.True(StateMerge.Contains(TreePath.Parse(path)), path);
        return StateMerge.Merge(TreePath.Parse(path), new ThreeTexts(old, own, next));
    }

    public static void Gives(string path, string old, string own, string next, string merged)
    {
        var outcome = Merge(path, old, own, next);
        Assert.Empty(outcome.Conflicts);
        Assert.Equal(merged, outcome.Text);
    }

    /// <summary>The problem of the only conflict.</summary>
    public static MergeConflict Refuses(string path, string old, string own, string next)
    {
        var outcome = Merge(path, old, own, next);
        Assert.Null(outcome.Text);
        return Assert.Single(outcome.Conflicts);
    }
}
