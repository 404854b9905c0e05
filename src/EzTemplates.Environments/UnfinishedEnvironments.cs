using EzTemplates.Store;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>
/// Environments that are not there yet or no more: folders under names that no environment can have. An environment comes and goes by
/// one rename; what a killed command left under such a name is removed by the next.
/// </summary>
public sealed class UnfinishedEnvironments(EnvironmentHost host)
{
    private const int OwnerOnly = 0b111_000_000;
    private const string NewPrefix = ".new-";
    private const string GonePrefix = ".gone-";

    private readonly StoreLayout _layout = host.Layout;

    /// <summary>Held by whoever makes or removes a name.</summary>
    public FileLock LockNames()
    {
        Directory.CreateDirectory(_layout.Locks);
        Libc.TryMakeFolder(null, _layout.Environments, OwnerOnly);
        return FileLock.Acquire(_layout.EnvironmentNamesLock, FileLockMode.Exclusive, "the names of environments", host.Patience);
    }

    /// <summary>For an environment that is being made. No earlier one that is still there can be in the way.</summary>
    public string NewPath(EnvironmentName name) => PathOf(NewPrefix, name);

    /// <summary>
    /// Takes the environments' names away, and then removes all that they ever wrote, and their locks, which are held. They are not
    /// mounted. One whose name is gone is gone, also where not all of its files could be deleted.
    /// </summary>
    internal void Retire(IReadOnlyList<BatchMember> members)
    {
        using var names = LockNames();
        var gone = members.ToDictionary(member => member, member => PathOf(GonePrefix, member.Name));
        members.Each(member => Libc.Rename(null, _layout.EnvironmentOf(member.Name.ToString()), null, gone[member]));
        using (var folder = Libc.OpenFolder(null, _layout.Environments))
        {
            Libc.Sync(folder);
        }

        members.Each(member => member.Lock!.RemoveAndDispose());
        members.Each(member => RemoveFiles(member.Name, gone[member]));
    }

    private static void RemoveFiles(EnvironmentName name, string gone)
    {
        try
        {
            FolderRemoval.Remove(gone);
        }
        catch (StoreException failure)
        {
            throw new StoreException(
                $"environment `{name}` is removed, but not all of its files could be deleted: {failure.Message}",
                $"lsattr -R {gone} shows files that chattr made immutable; ez deletes the rest once it can",
                failure,
                failure.Errno);
        }
    }

    /// <summary>Removes what killed commands left, where there is anything.</summary>
    public void Recover()
    {
        if (LeftOver(_layout).Any())
        {
            using var names = LockNames();
            Sweep();
        }
    }

    /// <summary>
    /// The caller has the names. What cannot be deleted stays until it can: whoever removed that environment was told, and no other
    /// has to do with it.
    /// </summary>
    public void Sweep()
    {
        foreach (var folder in LeftOver(_layout).ToList())
        {
            try
            {
                FolderRemoval.Remove(folder);
            }
            catch (StoreException)
            {
            }
        }
    }

    /// <summary>After a failure that matters more; the next command sweeps again.</summary>
    public void SweepWhatGoes()
    {
        try
        {
            Sweep();
        }
        catch (Exception failure) when (failure is StoreException or IOException or UnauthorizedAccessException)
        {
            // The same broken disk.
        }
    }

    private string PathOf(string prefix, EnvironmentName name) => Path.Combine(_layout.Environments, $"{prefix}{name}.{Guid.NewGuid():N}");

    /// <summary>Also what a command is just at work on, for who has not got the names.</summary>
    public static IEnumerable<string> LeftOver(StoreLayout layout) => !Directory.Exists(layout.Environments)
        ? []
        : Directory.EnumerateDirectories(layout.Environments, ".*")
            .Where(folder => Path.GetFileName(folder) is var name && (name.StartsWith(NewPrefix, StringComparison.Ordinal) || name.StartsWith(GonePrefix, StringComparison.Ordinal)));
}
