using System.Globalization;
using EzTemplates.Store;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Environments;

/// <summary>
/// Control groups that this process has made (cgroups(7)); a group of the kernel's is a folder. Its maker has the folder locked (flock(2)), so
/// that others do not take one that is still empty for one that a killed `ez` left; process numbers would be those of one namespace, and
/// are given again.
/// </summary>
internal sealed class GroupFolders : IDisposable
{
    /// <summary>Of the groups that processes go into which were alone where groups are to be made.</summary>
    public const string OwnPrefix = "ez-own-";

    private const string NamePrefix = "ez-configure-";

    private readonly List<string> _made = [];
    private readonly List<SafeFileHandle> _held = [];

    /// <param name="limits">Its files, and what they are to say.</param>
    /// <param name="swap">The same, of files that a kernel without swap accounting does not have.</param>
    /// <returns>Null where the kernel refuses a part of it.</returns>
    public string? TryMake(string place, IEnumerable<(string File, long Limit)> limits, params IReadOnlyList<(string File, long Limit)> swap)
    {
        RemoveAbandoned(place);
        if (TryMakeFolder(place, NamePrefix) is not { } folder)
        {
            return null;
        }

        _made.Add(folder);
        return limits.Concat(swap.Where(limit => File.Exists(Path.Combine(folder, limit.File)))).All(limit => TryWrite(Path.Combine(folder, limit.File), limit.Limit)) ? folder : null;
    }

    /// <summary>As <see cref="TryMake"/>, once groups there have the controllers.</summary>
    public string? TryMakeUnified(BoundPlace.Unified place, IEnumerable<(string File, long Limit)> limits, params IReadOnlyList<(string File, long Limit)> swap)
    {
        if (place.Way == UnifiedWay.LeaveAndEnable
            && (TryMakeFolder(place.Folder, OwnPrefix) is not { } own || !TryWrite(Path.Combine(own, "cgroup.procs"), Environment.ProcessId)))
        {
            return null;
        }

        return place.Way == UnifiedWay.Enabled || TryWrite(Path.Combine(place.Folder, "cgroup.subtree_control"), $"+{BoundChoice.ProcessController} +{BoundChoice.MemoryController}")
            ? TryMake(place.Folder, limits, swap)
            : null;
    }

    public static bool TryWrite(string file, long value) => TryWrite(file, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>What a line of a group's file counts: <c>oom_kill 3</c>.</summary>
    public static long Count(string folder, string file, string name)
    {
        try
        {
            return File.ReadLines(Path.Combine(folder, file)).Select(line => line.Split(' ')).Where(words => words.Length == 2 && words[0] == name)
                .Select(words => long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0).FirstOrDefault();
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    public void Dispose()
    {
        _made.ForEach(TryRemove);
        _held.ForEach(folder => folder.Dispose());
    }

    private string? TryMakeFolder(string place, string prefix)
    {
        var folder = Path.Combine(place, string.Create(CultureInfo.InvariantCulture, $"{prefix}{Environment.ProcessId}-{Guid.NewGuid():N}"));
        try
        {
            Directory.CreateDirectory(folder);
            var held = Libc.OpenFolder(null, folder);
            _held.Add(held);

            // Who had it locked first took it for abandoned, and removes it.
            return Libc.TryLock(held, FileLockMode.Shared) && Directory.Exists(folder) ? folder : null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or StoreException)
        {
            return null;
        }
    }

    private static bool TryWrite(string file, string text)
    {
        try
        {
            File.WriteAllText(file, text);
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Of an `ez` that was killed. The kernel removes none that has processes; one that has them yet goes another time.</summary>
    private static void RemoveAbandoned(string place)
    {
        try
        {
            foreach (var folder in ((string[])[NamePrefix, OwnPrefix]).SelectMany(prefix => Directory.EnumerateDirectories(place, prefix + "*")).ToList())
            {
                TryRemoveAbandoned(folder);
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // Whoever may make groups here will see to it.
        }
    }

    private static void TryRemoveAbandoned(string folder)
    {
        try
        {
            using var opened = Libc.TryOpen(null, folder, OpenFlags.Directory | OpenFlags.NoFollow).File;
            if (opened is not null && Libc.TryLock(opened, FileLockMode.Exclusive))
            {
                Directory.Delete(folder);
            }
        }
        catch (Exception used) when (used is IOException or UnauthorizedAccessException or StoreException)
        {
            // By something that its `ez` did not live to end.
        }
    }

    /// <summary>The kernel may still be taking the last thread out of it.</summary>
    private static void TryRemove(string folder)
    {
        const int mostTries = 100;
        for (var tries = 0; tries < mostTries; tries++)
        {
            try
            {
                Directory.Delete(folder);
                return;
            }
            catch (IOException) when (Directory.Exists(folder))
            {
                Thread.Sleep(tries);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                return;
            }
        }
    }
}
