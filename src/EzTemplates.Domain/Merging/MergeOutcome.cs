using System.Collections.Immutable;

namespace EzTemplates.Domain.Merging;

/// <summary>The three texts of a merge, bytes as chars. A file that is not there is an empty text.</summary>
/// <param name="Old">What the version said that the environment comes from.</param>
/// <param name="Private">What the environment made of it.</param>
/// <param name="Next">What the version says that it goes to.</param>
public sealed record ThreeTexts(string Old, string Private, string Next)
{
    /// <summary>The outcome where at most one side changed the text, or both to the same; null where the records decide.</summary>
    public string? OfOneSide => Private == Old || Private == Next ? Next : Next == Old ? Private : null;
}

/// <summary>What keeps a file from being merged.</summary>
/// <param name="Problem">Names the record and both values.</param>
/// <param name="Hint">A command for the environment that would do away with it; null where there is none.</param>
public sealed record MergeConflict(string Problem, string? Hint = null);

/// <summary>A merged text, or why there is none: one of the two.</summary>
public sealed record MergeOutcome(string? Text, ImmutableArray<MergeConflict> Conflicts)
{
    public static MergeOutcome Of(string text) => new(text, []);

    public static MergeOutcome Refused(params ReadOnlySpan<MergeConflict> conflicts) => new(null, [.. conflicts]);
}

/// <summary>A text that is not what its format says.</summary>
internal sealed class MalformedStateException(string message) : Exception(message);
