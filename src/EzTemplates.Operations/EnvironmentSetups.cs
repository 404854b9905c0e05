using System.Collections.Immutable;
using System.Security.Cryptography;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Environments;
using EzTemplates.Repositories;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>What environments on a mapping have of their own: machine-id and seeds at once, package sources for this host, and the commands that make the rest.</summary>
internal sealed class EnvironmentSetups(Workspace workspace)
{
    private const int OwnerOnly = 0b110_000_000;

    // systemd-random-seed(8): the size of the kernel's pool.
    private const int SeedBytes = 512;

    private readonly Dictionary<Mapping, EnvironmentSetup> _known = [];

    public EnvironmentSetup Of(Mapping mapping)
    {
        if (!_known.TryGetValue(mapping, out var setup))
        {
            var manifest = new Lazy<Manifest>(() => workspace.Environments.ManifestOf(mapping));
            var versions = new Lazy<ImmutableArray<TemplateVersionRecord>>(() => MappedVersions.Of(workspace.Store, mapping.Template));
            var sources = new Lazy<ImmutableArray<SourcesFile>?>(() => SourcesOf(manifest.Value, versions.Value));
            setup = new EnvironmentSetup(
                () => [.. Files(TreeLook.Of(manifest.Value), sources.Value ?? [])], () => sources.Value, () => CommandsOf(TreeLook.Of(manifest.Value), versions.Value));
            _known.Add(mapping, setup);
        }

        return setup;
    }

    /// <summary>
    /// Of a throw-away environment, for which no manifest is read. It has no package sources: to find out this host's mirrors and keys would
    /// make a short command noticeably longer.
    /// </summary>
    /// <param name="template">As <see cref="Mapping.Template"/>.</param>
    public EnvironmentSetup OfThrowAway(string template, TreeLook tree) =>
        new(() => [.. Files(tree, [])], () => [], () => CommandsOf(tree, MappedVersions.Of(workspace.Store, template)));

    private static ImmutableArray<FirstCommand> CommandsOf(TreeLook tree, ImmutableArray<TemplateVersionRecord> versions) =>
        InstanceData.CommandsFor(tree, versions.SelectMany(version => version.Settings.InstanceData));

    private static IEnumerable<PrivateFile> Files(TreeLook tree, ImmutableArray<SourcesFile> sources)
    {
        if (InstanceData.WantsRandomSeed(tree))
        {
            yield return new PrivateFile(InstanceData.RandomSeed, () => RandomNumberGenerator.GetBytes(SeedBytes), OwnerOnly);
        }

        foreach (var file in sources)
        {
            yield return new PrivateFile(file.Path, () => file.Text);
        }
    }

    /// <summary>A host that has no mirror for a repository says so once, and a new environment is made without.</summary>
    /// <returns>Null where they cannot be told.</returns>
    private ImmutableArray<SourcesFile>? SourcesOf(Manifest manifest, ImmutableArray<TemplateVersionRecord> versions)
    {
        if (versions.IsEmpty || !versions.All(version => version.Settings.WriteSources))
        {
            return [];
        }

        var held = workspace.Store.Versions.ReadLock(versions[0].Reference);
        var lists = PackageSources.ListsFor(manifest, held.Family).ToList();
        if (lists.Count == 0)
        {
            return [];
        }

        try
        {
            var repositories = versions.SelectMany(version => version.Repositories).ToList();
            if (held.Family == PackageFamily.Rpm)
            {
                var resolved = workspace.RpmRepositories.Resolve(repositories, held.Architecture);
                return [.. lists.SelectMany(list => RpmSourcesText.Write(resolved, list, file => IsInTree(manifest, file)))];
            }

            var text = AptSourcesText.Write(workspace.Resolve(repositories, held.Architecture), file => IsInTree(manifest, file));
            return text is null ? [] : [new SourcesFile(PackageSources.Apt, text)];
        }
        catch (EzException absent) when (absent.Kind is FailureKind.Usage or FailureKind.Untrusted)
        {
            workspace.Tell(new OperationEvent.Warning($"no {(held.Family == PackageFamily.Deb ? "APT" : "package")} sources are written: {absent.Message}"));
            return null;
        }
    }

    private static bool IsInTree(Manifest manifest, string file) =>
        TreePath.TryParse(file, out var path) && manifest.Find(path) is { Type: EntryType.File, Content: { } content } && StoreFile.TryRead(file) is { } bytes && Sha256Digest.Of(bytes) == content;
}
