using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Merging;

namespace EzTemplates.Environments;

/// <summary>What becomes of a private path in a remap.</summary>
public enum RemapAction
{
    /// <summary>It stays, and hides what the new version has there.</summary>
    Keep,

    /// <summary>It was the old version's and makes way for the new one's.</summary>
    Take,

    /// <summary>It is merged by its records.</summary>
    Merge,

    /// <summary>What it was before a mapping that is rolled back comes back.</summary>
    Restore,

    /// <summary>A command in the environment makes it anew.</summary>
    Rebuild,

    /// <summary>It cannot be merged, so nothing is done at all.</summary>
    Conflict,
}

/// <param name="Detail">Null where the action says all.</param>
public sealed record RemapPath(TreePath Path, RemapAction Action, string? Detail = null);

/// <summary>What a change of version means for an environment's private files.</summary>
internal sealed record RemapJudgement
{
    public static RemapJudgement Nothing { get; } = new();

    public ImmutableArray<RemapPath> Paths { get; init; } = [];

    public ImmutableArray<(TreePath Path, MergeConflict Conflict)> Conflicts { get; init; } = [];

    /// <summary>Private copies that may go before the commit.</summary>
    public ImmutableArray<TreePath> Dropped { get; init; } = [];

    /// <summary>What is done after the commit.</summary>
    public ImmutableArray<(AreaStep Step, StagedFile? Staged)> Steps { get; init; } = [];

    public ImmutableArray<DerivedCache> Rebuilds { get; init; } = [];

    /// <summary>Of what is to be staged.</summary>
    public long Bytes => Steps.Sum(step => step.Staged?.Content?.LongLength ?? 0);

    /// <summary>Without what is to be staged.</summary>
    public RemapJudgement Verdict => this with { Steps = [.. Steps.Select(step => (step.Step, default(StagedFile)))] };
}
