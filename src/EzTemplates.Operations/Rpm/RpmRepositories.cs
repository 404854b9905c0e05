using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Repositories;

namespace EzTemplates.Operations;

/// <summary>The rpm-md repositories of recipes: where they lie, whose keys sign them, and what they have today.</summary>
internal sealed class RpmRepositories(Workspace workspace)
{
    private readonly Dictionary<string, ImmutableArray<RpmSnapshot>> _snapshots = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HostDnfConfiguration> _hosts = new(StringComparer.Ordinal);

    /// <summary>Today's snapshots of a recipe's repositories, in their order; asked for once in the life of this object.</summary>
    public async Task<ImmutableArray<RpmSnapshot>> SnapshotsAsync(RecipeFile file, CancellationToken cancel)
    {
        var key = string.Join('\n', file.Repositories.Select(Workspace.KeyOf).Prepend(file.Os.Architecture));
        if (_snapshots.TryGetValue(key, out var known))
        {
            return known;
        }

        Workspace.RequireRepositories(file);
        var found = await new RpmSnapshotFetcher(workspace.Client, workspace.MetadataDirectory).FetchAsync(Resolve(file.Repositories, file.Os.Architecture), new SnapshotOptions
        {
            Offline = workspace.Options.Offline,
            Cancel = cancel,
            Warn = warning => workspace.Tell(new OperationEvent.Warning(warning)),
            Progress = p => workspace.Tell(new OperationEvent.Progress("snapshot", p.DoneBytes, p.TotalBytes, p.DoneFiles, p.TotalFiles)),
        }).ConfigureAwait(false);
        _snapshots[key] = found;
        return found;
    }

    /// <summary>
    /// Their roots and keys; those keys also sign their packages. The host's DNF configuration is read, and its oddities told, only where a
    /// repository takes something from it.
    /// </summary>
    public IReadOnlyList<ResolvedRpmRepository> Resolve(IEnumerable<RepositorySpec> repositories, string architecture)
    {
        var specs = repositories.ToList();
        var sources = new MirrorSources
        {
            Host = HostAptConfiguration.Empty,
            Architecture = architecture,
            Configured = workspace.Configuration.Mirrors,
            CommandLine = workspace.Options.Mirrors,
        };
        sources = specs.Exists(spec => RpmRepositoryResolver.AsksHost(spec, sources)) ? sources with { Dnf = HostOf(architecture) } : sources;
        return [.. specs.Select(spec => RpmRepositoryResolver.Resolve(spec, sources))];
    }

    /// <summary>Packages are verified while others are still fetched, and both may ask.</summary>
    private HostDnfConfiguration HostOf(string architecture)
    {
        lock (_hosts)
        {
            if (!_hosts.TryGetValue(architecture, out var host))
            {
                _hosts[architecture] = host = HostDnfSources.Read(workspace.Options.HostRoot, architecture);
                foreach (var warning in host.Warnings)
                {
                    workspace.Tell(new OperationEvent.Warning(warning));
                }
            }

            return host;
        }
    }
}
