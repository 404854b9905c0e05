using EzTemplates.Domain;

namespace EzTemplates.Repositories;

internal enum MirrorFailureKind
{
    /// <summary>404 or 410: this mirror does not have it.</summary>
    NotFound,

    /// <summary>May be gone in a moment: 429, 5xx, reset, truncation, no progress.</summary>
    Passing,

    /// <summary>This mirror will not give it: another status, or no such host.</summary>
    Refused,

    /// <summary>What came is not what was promised.</summary>
    WrongContent,
}

/// <summary>One attempt at one mirror failed; what to do next is decided in <see cref="FetchPipelines"/>.</summary>
internal sealed class MirrorFailure(Uri address, MirrorFailureKind kind, string reason, Exception? inner = null) : Exception(reason, inner)
{
    public Uri Address { get; } = address;

    public MirrorFailureKind Kind { get; } = kind;

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether it says something about the mirror, and not only about this file: then it counts for the circuit breaker.</summary>
    public bool BlamesMirror { get; init; }
}

/// <summary>No mirror gave it. The last failure of each address, in the order tried.</summary>
internal sealed class AllMirrorsFailed(IReadOnlyList<MirrorFailure> failures) : Exception("no mirror gave it")
{
    public IReadOnlyList<MirrorFailure> Failures { get; } = failures;

    public bool NotFoundEverywhere => Failures.Count > 0 && Failures.All(f => f.Kind == MirrorFailureKind.NotFound);

    public MirrorFailureKind Worst =>
        NotFoundEverywhere ? MirrorFailureKind.NotFound
        : Failures.Any(f => f.Kind == MirrorFailureKind.WrongContent) ? MirrorFailureKind.WrongContent
        : MirrorFailureKind.Passing;

    /// <summary>Each address with what went wrong there.</summary>
    public string Describe() => string.Join("; ", Failures.Select(f => $"`{UrlPassword.Hide(f.Address.ToString())}`: {f.Message}"));
}
