using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;

namespace EzTemplates.Store;

/// <summary>The shape in a version's record of what its recipe says beyond packages. What is not said is not there.</summary>
internal sealed record SettingsJson
{
    /// <summary>The text as Unicode; a path's bytes as chars.</summary>
    public IReadOnlyList<FileJson>? Files { get; init; }

    public IReadOnlyDictionary<string, string>? Debconf { get; init; }

    public bool? Docs { get; init; }

    public IReadOnlyList<string>? Languages { get; init; }

    public IReadOnlyList<string>? AfterConfigure { get; init; }

    public IReadOnlyList<string>? AfterCreate { get; init; }

    public IReadOnlyList<string>? AfterRemap { get; init; }

    public IReadOnlyList<InstanceJson>? InstanceData { get; init; }

    public bool? AllowDevices { get; init; }

    public bool? WriteSources { get; init; }

    public static SettingsJson? Of(TemplateSettings settings)
    {
        var json = new SettingsJson
        {
            Files = Filled(settings.Files, file => new FileJson(file.Path.Latin1, file.Text, Convert.ToString(file.Mode, 8))),
            Debconf = settings.Debconf.IsEmpty ? null : settings.Debconf.ToDictionary(answer => answer.Question, answer => answer.Answer),
            Docs = settings.Docs ? null : false,
            Languages = settings.Languages?.ToList(),
            AfterConfigure = Filled(settings.AfterConfigure, command => command),
            AfterCreate = Filled(settings.AfterCreate, command => command),
            AfterRemap = Filled(settings.AfterRemap, command => command),
            InstanceData = Filled(settings.InstanceData, data => new InstanceJson(data.Pattern, data.Made, data.Command)),
            AllowDevices = settings.AllowDevices ? true : null,
            WriteSources = settings.WriteSources ? null : false,
        };
        return json == new SettingsJson() ? null : json;
    }

    public TemplateSettings ToSettings() => new()
    {
        Files = [.. (Files ?? []).Select(file => new RecipeTextFile(TreePath.Parse(file.Path), file.Text, Convert.ToInt32(file.Mode, 8)))],
        Debconf = [.. (Debconf ?? new Dictionary<string, string>()).Select(answer => new DebconfAnswer(answer.Key, answer.Value)).OrderBy(answer => answer.Question, StringComparer.Ordinal)],
        Docs = Docs ?? true,
        Languages = Languages?.ToImmutableArray(),
        AfterConfigure = [.. AfterConfigure ?? []],
        AfterCreate = [.. AfterCreate ?? []],
        AfterRemap = [.. AfterRemap ?? []],
        InstanceData = [.. (InstanceData ?? []).Select(data => new InstancePath(data.Path, InstanceFate.LeftOut, data.Made, data.Command))],
        AllowDevices = AllowDevices ?? false,
        WriteSources = WriteSources ?? true,
    };

    private static List<TShape>? Filled<T, TShape>(ImmutableArray<T> values, Func<T, TShape> shape) => values.IsEmpty ? null : [.. values.Select(shape)];
}

internal sealed record FileJson(string Path, string Text, string Mode);

internal sealed record InstanceJson(string Path, string Made, string? Command);

/// <summary>The shape of a recipe's repository. Of <c>Key</c> and <c>Fingerprints</c> none means <c>host</c>; both, that the first has some keys of the second.</summary>
internal sealed record RepositoryJson
{
    public required string Id { get; init; }

    public required IReadOnlyList<string> Mirrors { get; init; }

    public required IReadOnlyList<string> Suites { get; init; }

    public required IReadOnlyList<string> Components { get; init; }

    public string? Key { get; init; }

    public IReadOnlyList<string>? Fingerprints { get; init; }

    public int Priority { get; init; }

    public bool Unsigned { get; init; }

    public string? MirrorList { get; init; }

    public string? Metalink { get; init; }

    public IReadOnlyList<string>? Only { get; init; }

    public IReadOnlyList<string>? Except { get; init; }

    public bool? SignedPackages { get; init; }

    public static RepositoryJson Of(RepositorySpec spec) => new()
    {
        Id = spec.Id,
        Mirrors = spec.Mirrors,
        Suites = spec.Suites,
        Components = spec.Components,
        Key = spec.Keys is KeySource.Fingerprints { Armored: { Length: > 0 } some } ? some : (spec.Keys as KeySource.Inline)?.Armored,
        Fingerprints = (spec.Keys as KeySource.Fingerprints)?.Allowed.ToList(),
        Priority = spec.Priority,
        Unsigned = spec.TrustUnsigned,
        MirrorList = spec.MirrorList,
        Metalink = spec.Metalink,
        Only = spec.Only.IsEmpty ? null : spec.Only.ToList(),
        Except = spec.Except.IsEmpty ? null : spec.Except.ToList(),
        SignedPackages = spec.TrustPackages ? true : null,
    };

    public RepositorySpec ToSpec() => new()
    {
        Id = Id,
        Mirrors = [.. Mirrors],
        Suites = [.. Suites],
        Components = [.. Components],
        Keys = Fingerprints is not null ? new KeySource.Fingerprints([.. Fingerprints]) { Armored = Key ?? "" } : Key is not null ? new KeySource.Inline(Key) : new KeySource.Host(),
        Priority = Priority,
        TrustUnsigned = Unsigned,
        MirrorList = MirrorList,
        Metalink = Metalink,
        Only = [.. Only ?? []],
        Except = [.. Except ?? []],
        TrustPackages = SignedPackages ?? false,
    };
}
