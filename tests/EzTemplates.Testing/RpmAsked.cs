using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace EzTemplates.Testing;

/// <summary>What a recipe asks of repositories, as far as explanations speak of it, and what it keeps out.</summary>
/// <param name="Install"><c>name</c>, <c>name &gt;= 2</c> or <c>name:architecture</c>.</param>
/// <param name="Architectures">Best first; <c>noarch</c> is always among them.</param>
public sealed record RpmAsked(ImmutableArray<string> Install, ImmutableArray<string> Architectures)
{
    /// <summary>Repositories that count; empty for all.</summary>
    public ImmutableArray<string> Repositories { get; init; } = [];

    /// <summary>Enabled module streams; null where streams hide nothing.</summary>
    public ImmutableArray<string>? Streams { get; init; }

    public ImmutableArray<string> Exclude { get; init; } = [];

    /// <summary>Names that are held, and at what: <c>*</c> stands for anything.</summary>
    public ImmutableArray<(string Name, string Pattern)> Holds { get; init; } = [];

    /// <summary>Names and versions that pins forbid: <c>*</c> stands for anything.</summary>
    public ImmutableArray<(string Name, string Pattern)> Pinned { get; init; } = [];

    /// <summary>Packages of the base, which are there whatever is asked.</summary>
    public ImmutableArray<RpmStanza> Base { get; init; } = [];

    public bool Admits(RpmStanza package) => Base.Contains(package) || Refusal(package) is null;

    /// <summary>Why the package may not be chosen, as an explanation names it; null where it may.</summary>
    public string? Refusal(RpmStanza package)
    {
        ArgumentNullException.ThrowIfNull(package);
        return IsForeign(package) ? "architecture"
            : Exclude.Contains(package.Name) ? "excluded"
            : Holds.Any(h => h.Name == package.Name && !IsLike(package.Version, h.Pattern)) ? "held"
            : Pinned.Any(p => IsLike(package.Name, p.Name) && IsLike(package.Version, p.Pattern)) ? "pinned"
            : Repositories.Length > 0 && !Repositories.Contains(package.Repository) ? "forbidden"
            : Streams is { } enabled && package.Streams.Count > 0 && !package.Streams.Exists(enabled.Contains) ? "stream"
            : null;
    }

    private static bool IsLike(string version, string pattern) =>
        Regex.IsMatch(version, $"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)}$");

    public bool IsForeign(RpmStanza package)
    {
        ArgumentNullException.ThrowIfNull(package);
        return package.Architecture != "noarch" && !Architectures.Contains(package.Architecture);
    }

    /// <summary>
    /// Packages of which one must be there for what is asked: of the name, or obsoleting one of these; where none has the name, who provides it.
    /// </summary>
    public IReadOnlyList<RpmStanza> Candidates(RpmMetadata metadata, string asked) => Candidates(metadata, asked, Admits);

    /// <summary>As <see cref="Candidates(RpmMetadata, string)"/>, with those that are kept out.</summary>
    public IReadOnlyList<RpmStanza> AllCandidates(RpmMetadata metadata, string asked) => Candidates(metadata, asked, _ => true);

    private List<RpmStanza> Candidates(RpmMetadata metadata, string asked, Func<RpmStanza, bool> admits)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(asked);
        var need = RpmNeed.Parse(asked);
        var colon = need.Name.LastIndexOf(':');
        var (name, architecture) = colon < 0 ? (need.Name, "") : (need.Name[..colon], need.Name[(colon + 1)..]);
        need = need with { Name = name };
        bool IsMeant(RpmStanza p) => admits(p) && (architecture == "" || p.Architecture == architecture);
        var named = metadata.Named(name).Where(p => need.Overlaps(RpmNeed.Of(name, "=", p.Version))).ToList();
        var obsoleters = need.Comparison != "" ? [] : metadata.WithObsoletesOf(name)
            .Where(o => o.Name != name && (named.Count == 0 || named.Exists(p => RpmMetadata.Obsoletes(o, p))));
        List<RpmStanza> own = [.. named.Concat(obsoleters).Where(IsMeant).Distinct()];
        return own.Count > 0 || metadata.Named(name).Any(p => !IsForeign(p)) ? own : [.. metadata.Meeting(need).Where(IsMeant)];
    }
}
