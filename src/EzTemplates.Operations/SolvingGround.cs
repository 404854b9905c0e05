using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Repositories;

namespace EzTemplates.Operations;

/// <summary>What a recipe is solved on: today's snapshots of its repositories, and their packages as one universe.</summary>
internal sealed record SolvingGround(ImmutableArray<Snapshot> Snapshots, PackageUniverse Universe)
{
    /// <summary>"Now" for holds and epochs: the newest Date among the snapshots, never the clock.</summary>
    public DateTimeOffset Now => Snapshots.Max(s => s.Date);

    /// <param name="os">The base's lock. Rows that today's snapshots lack are read from the store's package contents.</param>
    public static async Task<SolvingGround> OpenAsync(Workspace workspace, RecipeFile file, TemplateLock? os, CancellationToken cancel)
    {
        var snapshots = await workspace.SnapshotsAsync(file, cancel).ConfigureAwait(false);
        var ground = new SolvingGround(snapshots, UniverseCache.Open(workspace.MetadataDirectory, snapshots, workspace.Time));
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

    /// <summary>The rows that the universe lacks.</summary>
    public List<LockedPackage> Absent(IEnumerable<LockedPackage> rows) => rows.Where(row => Find(row) is null).ToList();

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
    private static PackageUniverse WithStored(Workspace workspace, ImmutableArray<Snapshot> snapshots, TemplateLock os, List<LockedPackage> absent) =>
        UniverseCache.Build(snapshots, builder =>
        {
            foreach (var row in absent)
            {
                var contents = workspace.Store.FindContents(row.Sha256) ?? throw new EzException(
                    FailureKind.Usage,
                    $"{os.Template}@{os.Version.ToNormalizedString()} has {row}, which neither today's snapshot nor the store has, so nothing can be locked on it",
                    $"ez update {os.Template}");
                builder.Add(row.Source, StoredControl.Read(workspace.Store, contents, row.ToString()), new ArchiveFacts(row.Path, row.Size, row.Sha256));
            }
        });
}
