using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Repositories;
using EzTemplates.Solver;

namespace EzTemplates.Operations;

/// <summary>The suites of a DEB recipe's repositories today, and their packages as one universe.</summary>
internal sealed record DebGround(ImmutableArray<AptSnapshot> Suites, PackageUniverse Universe) : SolvingGround
{
    public override IReadOnlyList<Snapshot> Snapshots => Suites;

    /// <param name="os">The base's lock. Rows that today's snapshots lack are read from the store's package contents.</param>
    public static new async Task<DebGround> OpenAsync(Workspace workspace, RecipeFile file, TemplateLock? os, CancellationToken cancel)
    {
        var snapshots = await workspace.SuitesAsync(file, cancel).ConfigureAwait(false);
        var ground = new DebGround(snapshots, UniverseCache.Open(workspace.MetadataDirectory, snapshots, workspace.Time));
        var absent = os is null ? [] : ground.Absent(os.Packages);
        return absent.Count == 0 ? ground : ground with { Universe = WithStored(workspace, snapshots, os!, absent) };
    }

    /// <summary>The rows that the universe has: same name, version, architecture and archive; the first source that has it.</summary>
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

    public override List<LockedPackage> Absent(IEnumerable<LockedPackage> rows) => rows.Where(row => Find(row) is null).ToList();

    public override LockAnswer Solve(LockQuestion question, CancellationToken cancel)
    {
        var request = LockRequest.Of(this, question.File, question.Previous, question.Os, question.Scope);
        var chosen = LockRequest.Solve(this, request, question.File, cancel);
        return new LockAnswer([.. chosen.Select(Row)], difference => new RowCauses(this, request, question.File, chosen).Of(difference));
    }

    public IEnumerable<string> PackageNames()
    {
        var names = new HashSet<StringId>();
        for (var package = 0; package < Universe.PackageCount; package++)
        {
            if (names.Add(Universe.Names[package]))
            {
                yield return Universe.Text(Universe.Names[package]);
            }
        }
    }

    private LockedPackage Row(ChosenPackage chosen)
    {
        var package = chosen.Package;
        return new LockedPackage(
            Universe.Text(Universe.Names[package.Value]),
            Universe.Text(Universe.Versions[package.Value]),
            Universe.Text(Universe.Architectures[package.Value]),
            Universe.Sources[Universe.SourceNumbers[package.Value]],
            Universe.Path(package),
            Universe.Sizes[package.Value],
            Universe.Sha256(package),
            chosen.Reason);
    }

    private PackageId? Find(LockedPackage row)
    {
        if (Universe.Find(row.Name) is not { } name)
        {
            return null;
        }

        PackageId? found = null;
        foreach (var package in Universe.Named(name))
        {
            if (Universe.Sha256(package) == row.Sha256
                && Universe.Text(Universe.Versions[package.Value]) == row.Version
                && Universe.Text(Universe.Architectures[package.Value]) == row.Architecture
                && (found is null || Universe.Sources[Universe.SourceNumbers[package.Value]] == row.Source))
            {
                found = package;
            }
        }

        return found;
    }

    /// <summary>A mirror drops old versions within weeks, so a base that was built then has rows that no index has now.</summary>
    private static PackageUniverse WithStored(Workspace workspace, ImmutableArray<AptSnapshot> snapshots, TemplateLock os, List<LockedPackage> absent) =>
        UniverseCache.Build(workspace.MetadataDirectory, snapshots, builder =>
        {
            foreach (var row in absent)
            {
                var contents = StoredOf(workspace, os, row);
                builder.Add(row.Source, StoredControl.Read(workspace.Store, contents, row.ToString()), new ArchiveFacts(row.Path, row.Size, row.Sha256));
            }
        });
}
