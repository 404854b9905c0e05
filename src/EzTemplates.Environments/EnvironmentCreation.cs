using EzTemplates.Domain;
using EzTemplates.Store;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>
/// New environments, of which a command makes many: all are written first, then synced at once, and each is there from the rename
/// that follows. Nobody else makes or removes an environment meanwhile, and the store keeps the manifests.
/// </summary>
public sealed class EnvironmentCreation : IDisposable
{
    private const int OwnerOnly = 0b111_000_000;

    private readonly EnvironmentStore _environments;
    private readonly UnfinishedEnvironments _unfinished;
    private readonly FileLock _names;
    private readonly IDisposable _held;
    private readonly List<(string Temporary, string Final)> _prepared = [];
    private readonly HashSet<EnvironmentName> _taken = [];

    internal EnvironmentCreation(EnvironmentStore environments, UnfinishedEnvironments unfinished)
    {
        (_environments, _unfinished) = (environments, unfinished);
        _names = unfinished.LockNames();
        try
        {
            unfinished.Sweep();
            _held = environments.Host.HoldStore();
        }
        catch
        {
            _names.Dispose();
            throw;
        }
    }

    /// <summary>Writes all of an environment; it is not there yet.</summary>
    /// <exception cref="EzException">Environment: there is one of that name. Others that were prepared stay so.</exception>
    public void Prepare(EnvironmentName name, Mapping mapping)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        var final = _environments.Host.Layout.EnvironmentOf(name.ToString());
        if (_environments.Exists(name) || _taken.Contains(name))
        {
            throw new EzException(FailureKind.Environment, $"environment `{name}` exists already", $"ez env remap {name} --to {mapping.Template}, or choose another name");
        }

        var temporary = _unfinished.NewPath(name);
        try
        {
            Write(temporary, name, mapping);
        }
        catch
        {
            TryRemove(temporary);
            throw;
        }

        _prepared.Add((temporary, final));
        _taken.Add(name);
    }

    /// <summary>Makes the prepared ones environments, for good or not at all.</summary>
    public void Publish()
    {
        if (_prepared.Count == 0)
        {
            return;
        }

        using var folder = Libc.OpenFolder(null, _environments.Host.Layout.Environments);
        Libc.SyncFileSystem(folder);
        var published = 0;
        try
        {
            for (; published < _prepared.Count; published++)
            {
                Libc.Rename(null, _prepared[published].Temporary, null, _prepared[published].Final);
            }

            Libc.Sync(folder);
        }
        catch (StoreException)
        {
            foreach (var (temporary, final) in _prepared.Take(published))
            {
                Libc.Rename(null, final, null, temporary);
            }

            throw;
        }

        _prepared.Clear();
        _taken.Clear();
    }

    /// <summary>What was prepared and not published is removed.</summary>
    public void Dispose()
    {
        if (_prepared.Count > 0)
        {
            _unfinished.SweepWhatGoes();
        }

        _held.Dispose();
        _names.Dispose();
    }

    /// <summary>After a failure that matters more; the next command sweeps.</summary>
    private static void TryRemove(string temporary)
    {
        try
        {
            FolderRemoval.Remove(temporary);
        }
        catch (StoreException)
        {
            // The same broken disk.
        }
    }

    private void Write(string temporary, EnvironmentName name, Mapping mapping)
    {
        Libc.MakeFolder(null, temporary, OwnerOnly);
        foreach (var part in (ReadOnlySpan<string>)["private", "work", "links", "root"])
        {
            Libc.MakeFolder(null, Path.Combine(temporary, part), OwnerOnly);
        }

        // The private area is the view's root, so it must look like the manifest's from the start.
        var (area, manifest) = (Path.Combine(temporary, "private"), _environments.Host.ReadManifest(mapping.Manifest));
        var setup = _environments.Host.SetupOf(mapping);
        PrivateFiles.Write(area, manifest, NameFiles.For(manifest, name).Concat(setup.Files));
        FolderMetadata.Take(area, manifest.Entries[0]);
        FirstCommands.Begin(temporary, setup.FirstCommands);
        EnvironmentHistory.Begin(Path.Combine(temporary, "history"), _environments.Entry(1, MappingAction.Create, null, mapping));
    }
}
