using System.Collections.Immutable;

namespace EzTemplates.Environments;

/// <summary>An environment in a <see cref="RemapBatch"/>.</summary>
internal sealed class RemapMember(EnvironmentName name) : BatchMember(name)
{
    /// <summary>As it was when the lock was taken; before, as it was then.</summary>
    public ImmutableArray<HistoryEntry> History { get; set; } = [];

    public Mapping From => History[^1].To;

    public Mapping? To { get; set; }

    /// <summary>Of its private files.</summary>
    public RemapJudgement Judged { get; set; } = RemapJudgement.Nothing;

    /// <summary>What is to be staged was too much to be held until then.</summary>
    public bool IsJudgedAgain { get; set; }

    /// <summary>Private files that nothing is done about, and that hide what the new version changes.</summary>
    public ImmutableArray<RemapPath> Hiding { get; set; } = [];

    /// <summary>What did not come to its end after the commit, and can be made up for.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>The history's new line.</summary>
    public HistoryEntry? Entry { get; set; }

    /// <summary>Of the history in bytes, without the new line.</summary>
    public long LengthBefore { get; set; }

    /// <summary>The private area has a note of this remap.</summary>
    public bool IsPrepared { get; set; }

    /// <summary>The new line is on the disk.</summary>
    public bool IsCommitted { get; set; }

    public RemapOutcome Outcome => new(Name, History.IsEmpty ? null : From, Failure is null ? To : null, Entry, Failure) { Paths = [.. Judged.Paths.Concat(Hiding).OrderBy(path => path.Path)], Warnings = [.. Warnings] };
}
