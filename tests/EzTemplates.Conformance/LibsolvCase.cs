using System.Globalization;
using System.Text;
using System.Text.Json;
using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Solver;

namespace EzTemplates.Conformance;

/// <summary>A package of libsolv's cases, as far as it is a noun of ours.</summary>
/// <param name="Source">The repository's name made unique: a case may have several of one name.</param>
internal sealed record LibsolvPackage(string Nevra, string Repository, string Source, string Name, string Evr, string Architecture, JsonElement Json)
{
    public string Id => $"{Nevra}@{Repository}";

    public IEnumerable<RpmEntry> Entries(string field) =>
        Json.TryGetProperty(field, out var texts) ? texts.EnumerateArray().SelectMany(t => Parse(t.GetString()!)) : [];

    /// <summary><c>a &lt;&gt; 1</c>, which no header can say, is <c>a &lt; 1</c> and <c>a &gt; 1</c>.</summary>
    private static IEnumerable<RpmEntry> Parse(string text) =>
        text.Contains(" <> ", StringComparison.Ordinal)
            ? [RpmEntry.Parse(text.Replace("<>", "<", StringComparison.Ordinal)), RpmEntry.Parse(text.Replace("<>", ">", StringComparison.Ordinal))]
            : [RpmEntry.Parse(text)];
}

/// <summary>One of libsolv's own cases, turned into a universe and a request.</summary>
internal sealed class LibsolvCase
{
    private static readonly (string Field, RpmDependencyKind Kind)[] Fields =
    [
        ("prerequires", RpmDependencyKind.PreRequires),
        ("requires", RpmDependencyKind.Requires),
        ("recommends", RpmDependencyKind.Recommends),
        ("suggests", RpmDependencyKind.Suggests),
        ("supplements", RpmDependencyKind.Supplements),
        ("enhances", RpmDependencyKind.Enhances),
        ("conflicts", RpmDependencyKind.Conflicts),
        ("obsoletes", RpmDependencyKind.Obsoletes),
    ];

    private readonly JsonElement _json;
    private readonly HashSet<string> _namespaces;
    private readonly RpmUniverseBuilder _builder = new();
    private readonly List<PackageRequest> _install = [];
    private readonly List<PackageRequest> _remove = [];
    private readonly List<string> _updateNames = [];
    private UpdateScope _update = UpdateScope.None;
    private bool _repair;

    private LibsolvCase(JsonElement json, List<LibsolvPackage> installed, List<LibsolvPackage> available)
    {
        _json = json;
        Installed = installed;
        Available = available;
        _namespaces = Strings("namespaces").ToHashSet();
        Jobs();
        Universe = Build();
        Request = MakeRequest();
    }

    public string Id => _json.GetProperty("id").GetString()!;

    public bool IsProblem => _json.GetProperty("expected").GetProperty("problem").GetBoolean();

    public List<LibsolvPackage> Installed { get; }

    public List<LibsolvPackage> Available { get; }

    public RpmUniverse Universe { get; }

    public RpmRequest Request { get; }

    /// <summary>What libsolv ends with, or null where the case tells only its size.</summary>
    public HashSet<string>? Final => _json.GetProperty("expected").TryGetProperty("final", out var final)
        ? final.EnumerateArray().Select(e => e.GetString()!).ToHashSet() : null;

    public static LibsolvCase Read(string folder, string file)
    {
        var json = JsonDocument.Parse(DataFiles.Bytes(Path.Combine(folder, file))).RootElement;
        var system = json.GetProperty("installed_repo").GetString() ?? "system";
        var installed = Packages(folder, json, "installed", "installed_ref", system, system);
        var available = json.GetProperty("repos").EnumerateArray()
            .SelectMany((r, i) => Packages(folder, r, "packages", "ref", r.GetProperty("name").GetString()!, SourceOf(r, i))).ToList();
        return new LibsolvCase(json, installed, available);
    }

    public bool Has(string flag) => Strings("flags").Contains(flag);

    /// <summary>Whether the name, a namespace's, is true in this case.</summary>
    public bool IsTrueNamespace(string name) => _namespaces.Contains(name);

    public string Describe(PackageId package)
    {
        var text = $"{Universe.Text(Universe.Names[package.Value])}-{Universe.Text(Universe.Versions[package.Value])}.{Universe.Text(Universe.Architectures[package.Value])}";
        return $"{text}@{Universe.Sources[Universe.SourceNumbers[package.Value]].Split(' ')[0]}";
    }

    private static string SourceOf(JsonElement repository, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{repository.GetProperty("name").GetString()} {number}");

    private static List<LibsolvPackage> Packages(string folder, JsonElement json, string inline, string reference, string repository, string source)
    {
        var list = json.TryGetProperty(reference, out var file) && file.ValueKind == JsonValueKind.String
            ? JsonDocument.Parse(DataFiles.Bytes(Path.Combine(folder, file.GetString()!))).RootElement
            : json.TryGetProperty(inline, out var own) ? own : default;
        return list.ValueKind != JsonValueKind.Array ? [] : [.. list.EnumerateArray().Select(p => new LibsolvPackage(
            p.GetProperty("nevra").GetString()!, repository, source, p.GetProperty("name").GetString()!, EvrOf(p), p.GetProperty("arch").GetString()!, p))];
    }

    private static string EvrOf(JsonElement package)
    {
        var epoch = package.GetProperty("epoch");
        return RpmRecord.Evr(
            epoch.ValueKind switch { JsonValueKind.Number => epoch.GetInt32().ToString(CultureInfo.InvariantCulture), JsonValueKind.String => epoch.GetString()!, _ => "" },
            // What libsolv writes of a package that has none; no real record has such signs.
            package.GetProperty("version").GetString()!.Replace("<NULL>", "NULL", StringComparison.Ordinal),
            package.GetProperty("release").GetString());
    }

    private void Jobs()
    {
        // What is locked or erased is no candidate of what is installed.
        foreach (var job in _json.GetProperty("jobs").EnumerateArray().OrderBy(j => j.GetProperty("action").GetString() is "lock" or "erase" ? 0 : 1))
        {
            var (action, select) = (job.GetProperty("action").GetString()!, job.GetProperty("select").GetString()!);
            var argument = job.TryGetProperty("arg", out var arg) ? arg.GetString() ?? "" : "";
            var isBest = job.GetProperty("flags").EnumerateArray().Any(f => f.GetString() == "forcebest");
            switch (action)
            {
                case "install":
                    Install(select, argument, isBest);
                    break;
                case "update" when select == "all":
                    _update = UpdateScope.All;
                    break;
                case "update":
                    _updateNames.Add(RpmEntry.Parse(argument).Name);
                    _update = new UpdateScope.Some([.. _updateNames]);
                    break;
                case "erase":
                    _remove.AddRange(Meant(Installed, select, argument).Select(Exactly));
                    Drop(select, argument);
                    break;
                case "lock":
                    _install.AddRange(Meant(Installed, select, argument).Select(Exactly));
                    Drop(select, argument);
                    break;
                case "verify":
                    _repair = true;
                    break;
                default:
                    throw new InvalidDataException($"{Id}: a job `{action}` is no job of ours");
            }
        }
    }

    private void Install(string select, string argument, bool isBest)
    {
        if (select == "provides")
        {
            // A capability, whoever's: a package that needs it stands for the request.
            var name = $"job {_install.Count}";
            _install.Add(new PackageRequest(name.Replace(' ', '-')));
            AddJob(name.Replace(' ', '-'), argument);
            return;
        }

        var meant = Meant(Available.Concat(Installed), select, argument).ToList();
        if (isBest)
        {
            meant.Sort((a, b) => RpmVersionOrder.Compare(b.Evr, a.Evr));
            _install.AddRange(meant.Take(1).Select(Exactly));
        }
        else
        {
            var entry = select == "name" ? RpmEntry.Parse(argument) : default;
            _install.Add(select == "name" ? new PackageRequest(entry.Name, entry.Relation, entry.Version)
                : meant.Count > 0 ? Exactly(meant[0]) : new PackageRequest(argument));
        }
    }

    private void Drop(string select, string argument)
    {
        var gone = Meant(Available, select, argument).ToHashSet();
        _ = Available.RemoveAll(gone.Contains);
    }

    private static PackageRequest Exactly(LibsolvPackage package) => new(package.Name, VersionRelation.Equal, package.Evr, package.Architecture);

    private static IEnumerable<LibsolvPackage> Meant(IEnumerable<LibsolvPackage> packages, string select, string argument)
    {
        if (select == "pkg")
        {
            return packages.Where(p => p.Id == argument);
        }

        var entry = RpmEntry.Parse(argument);
        return select == "name"
            ? packages.Where(p => p.Name == entry.Name && LibsolvChecker.Meets(entry, new RpmEntry(p.Name, VersionRelation.Equal, p.Evr)))
            : packages.Where(p => p.Entries("provides").Any(has => LibsolvChecker.Meets(entry, has)));
    }

    private RpmUniverse Build()
    {
        foreach (var package in Installed.Concat(Available))
        {
            Add(Record(package), package.Source);
        }

        return _builder.ToUniverse();
    }

    private void AddJob(string name, string needed)
    {
        var record = new RpmRecord { Name = name, Version = "1", Release = "1", Architecture = "noarch", Digest = Sha256Digest.Of(Encoding.UTF8.GetBytes(name)), Path = "job" };
        record.Dependencies.Add((RpmDependencyKind.Requires, RpmEntry.Parse(needed)));
        Add(record, "jobs");
    }

    private void Add(RpmRecord record, string repository)
    {
        if (_builder.Add(repository, record) is { } problem)
        {
            throw new InvalidDataException($"{Id}: {record.Name}: {problem}");
        }
    }

    private RpmRecord Record(LibsolvPackage package)
    {
        var parts = package.Evr.Split(':')[^1];
        var dash = parts.LastIndexOf('-');
        var record = new RpmRecord
        {
            Name = package.Name,
            Epoch = package.Evr.Contains(':') ? package.Evr.Split(':')[0] : "",
            Version = parts[..dash],
            Release = parts[(dash + 1)..],
            Architecture = package.Architecture,
            Digest = Sha256Digest.Of(Encoding.UTF8.GetBytes(package.Id)),
            Path = "package.rpm",
        };
        record.Provides.AddRange(package.Entries("provides"));
        record.Files.AddRange(package.Entries("files").Select(f => f.Name));
        foreach (var (field, kind) in Fields)
        {
            record.Dependencies.AddRange(package.Entries(field).Where(e => !IsTrueNamespace(e.Name)).Select(e => (kind, e)));
        }

        return record;
    }

    private RpmRequest MakeRequest()
    {
        var installed = Enumerable.Range(0, Universe.PackageCount).Select(i => new PackageId(i)).Where(p => Universe.Sources[Universe.SourceNumbers[p.Value]] == (Installed.Count == 0 ? "" : Installed[0].Source));
        var priorities = _json.GetProperty("repos").EnumerateArray().Select((r, i) => (Source: SourceOf(r, i), Priority: r.GetProperty("priority").GetInt32())).ToDictionary(r => r.Source, r => r.Priority);
        var strict = Has("strictrepopriority");
        return new RpmRequest
        {
            Install = [.. _install],
            Remove = [.. _remove],
            Update = _update,
            Installed = [.. installed],
            MayRemove = Has("allowuninstall"),
            Repair = _repair,
            Recommends = _json.GetProperty("recommends").GetBoolean(),
            Architectures = [.. Architectures()],
            Multilib = false,
            InstallOnly = false,

            // There the higher number wins, and hides only if the case says so.
            Sources = [.. Universe.Sources.Select(s => new RpmSourcePolicy(strict ? 99 - priorities.GetValueOrDefault(s) : 99))],
        };
    }

    private IEnumerable<string> Architectures()
    {
        string[] x86 = ["i686", "i586", "i486", "i386"];
        return _json.GetProperty("arch").GetString() switch
        {
            null => Available.Concat(Installed).Select(p => p.Architecture).Distinct().Order(),
            "x86_64" => ["x86_64", .. x86],
            "i586" => x86.Skip(1),
            var other => x86.Contains(other) ? x86 : [other],
        };
    }

    private IEnumerable<string> Strings(string property) => _json.GetProperty(property).EnumerateArray().Select(e => e.GetString()!);
}
