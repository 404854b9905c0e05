using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Repositories;
using EzTemplates.Solver;

namespace EzTemplates.Operations;

/// <summary>An RPM recipe's repositories today, and their packages as one universe.</summary>
internal sealed record RpmGround(ImmutableArray<RpmSnapshot> Repositories, RpmUniverse Universe) : SolvingGround
{
    private const int MostWarnings = 5;

    public override IReadOnlyList<Snapshot> Snapshots => Repositories;

    /// <param name="os">The base's lock. Rows that today's snapshots lack are read from the headers that the store keeps.</param>
    public static new async Task<RpmGround> OpenAsync(Workspace workspace, RecipeFile file, TemplateLock? os, CancellationToken cancel)
    {
        var snapshots = await workspace.RpmRepositories.SnapshotsAsync(file, cancel).ConfigureAwait(false);
        var asked = file.Recipe.Packages.Select(package => package.Name).ToList();
        var warnings = new List<MetadataWarning>();
        var ground = new RpmGround(snapshots, RpmUniverseCache.Open(workspace.MetadataDirectory, snapshots, asked, warnings.Add, workspace.Time));
        foreach (var warning in warnings.Take(MostWarnings))
        {
            workspace.Tell(new OperationEvent.Warning(warning.ToString()));
        }

        if (warnings.Count > MostWarnings)
        {
            workspace.Tell(new OperationEvent.Warning($"{warnings.Count - MostWarnings} more records of the repositories are set aside"));
        }

        var absent = os is null ? [] : ground.Absent(os.Packages);
        return absent.Count == 0 ? ground : ground with { Universe = WithStored(workspace, snapshots, asked, os!, absent) };
    }

    public override LockAnswer Solve(LockQuestion question, CancellationToken cancel)
    {
        var request = RpmLockRequest.Of(this, question);
        var chosen = RpmLockRequest.Solve(this, request, question.File, cancel);
        return new LockAnswer([.. chosen.Select(Row)], difference => new RpmRowCauses(this, request, question.File).Of(difference));
    }

    public override List<LockedPackage> Absent(IEnumerable<LockedPackage> rows) => rows.Where(row => Find(row) is null).ToList();

    /// <summary>The rows that the universe has: same name, version, architecture and package file.</summary>
    public ImmutableArray<PackageId> FindAll(IReadOnlyCollection<LockedPackage> rows)
    {
        var found = ImmutableArray.CreateBuilder<PackageId>(rows.Count);
        foreach (var row in rows)
        {
            if (Find(row) is { } package)
            {
                found.Add(package);
            }
        }

        return found.ToImmutable();
    }

    /// <summary>Packages whose own name this is, ascending.</summary>
    public IEnumerable<PackageId> Named(string name)
    {
        var (first, count) = Universe.Find(name) is { } id ? Universe.Named(id) : (0, 0);
        return Enumerable.Range(first, count).Select(number => new PackageId(number));
    }

    public IEnumerable<string> PackageNames()
    {
        var last = new StringId(-1);
        for (var package = 0; package < Universe.PackageCount; package++)
        {
            if (Universe.Names[package] != last)
            {
                last = Universe.Names[package];
                yield return Universe.Text(last);
            }
        }
    }

    public IEnumerable<string> GroupIds() => Enumerable.Range(0, Universe.Groups.Length).Select(number => Universe.Text(Universe.Groups[number]));

    public string VersionOf(PackageId package) => Universe.Text(Universe.Versions[package.Value]);

    public string SourceOf(PackageId package) => Universe.Sources[Universe.SourceNumbers[package.Value]];

    private LockedPackage Row(ChosenPackage chosen)
    {
        var package = chosen.Package;
        return new LockedPackage(
            Universe.Text(Universe.Names[package.Value]),
            VersionOf(package),
            Universe.Text(Universe.Architectures[package.Value]),
            SourceOf(package),
            Universe.Path(package),
            Universe.Sizes[package.Value],
            Universe.Digest(package).Start,
            chosen.Reason)
        {
            Stated = Universe.Digest(package) is { Sha256: null } stated ? stated : null,
        };
    }

    private PackageId? Find(LockedPackage row)
    {
        PackageId? found = null;
        foreach (var package in Named(row.Name))
        {
            if (Universe.Digest(package) == (row.Stated ?? row.Sha256)
                && VersionOf(package) == row.Version
                && Universe.Text(Universe.Architectures[package.Value]) == row.Architecture
                && (found is null || SourceOf(package) == row.Source))
            {
                found = package;
            }
        }

        return found;
    }

    private static RpmUniverse WithStored(Workspace workspace, ImmutableArray<RpmSnapshot> snapshots, IReadOnlyList<string> asked, TemplateLock os, List<LockedPackage> absent) =>
        RpmUniverseCache.Build(snapshots, asked, builder =>
        {
            foreach (var row in absent)
            {
                var header = StoredControl.Header(workspace.Store, StoredOf(workspace, os, row), row.ToString());
                var record = RpmHeaderRecord.Of(header, new ArchiveFacts(row.Path, row.Size, row.Sha256));
                record.Digest = row.Stated ?? row.Sha256;
                if (builder.Add(row.Source, record) is { } problem)
                {
                    throw new EzException(FailureKind.Store, $"the stored header of {row} cannot be used: {problem}", $"ez update {os.Template}");
                }
            }
        });
}
