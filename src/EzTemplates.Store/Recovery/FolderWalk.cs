using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Store;

/// <summary>
/// Goes through a folder and all folders below it, with three descriptors at most and no recursion: who may write into a tree may
/// make it as deep as he likes. No link is followed. What is moved or removed meanwhile is left out.
/// </summary>
public sealed class FolderWalk
{
    private readonly List<Level> _levels = [];
    private readonly SafeFileHandle _start;

    private FolderWalk(SafeFileHandle start) => (_start, Folder) = (start, start);

    /// <summary>Where the walk is now; open until it goes on.</summary>
    public SafeFileHandle Folder { get; private set; }

    /// <summary>From the start, without a slash at either end; bytes as chars.</summary>
    public string Path => string.Join('/', _levels.Skip(1).Select(level => level.Name));

    /// <param name="start">Stays the caller's.</param>
    /// <param name="enter">Called in each folder, the start first; answers the names of those in it to enter.</param>
    /// <param name="leave">Called in a folder when the one of that name in it is done with.</param>
    public static void Run(SafeFileHandle start, Func<FolderWalk, IEnumerable<string>> enter, Action<FolderWalk, string>? leave = null)
    {
        foreach (var _ in Steps(start, enter, leave))
        {
            // All is done by what is called.
        }
    }

    /// <summary>As <see cref="Run"/>, step by step: it rests in each folder that it has entered.</summary>
    public static IEnumerable<FolderWalk> Steps(SafeFileHandle start, Func<FolderWalk, IEnumerable<string>> enter, Action<FolderWalk, string>? leave = null)
    {
        ArgumentNullException.ThrowIfNull(enter);
        var walk = new FolderWalk(start);
        try
        {
            walk.Enter("", enter);
            yield return walk;
            while (walk._levels.Count > 0)
            {
                var level = walk._levels[^1];
                if (!level.Left.TryDequeue(out var name))
                {
                    walk.GoUp(leave);
                }
                else if (TryOpen(walk.Folder, name) is { } below)
                {
                    walk.MoveTo(below);
                    walk.Enter(name, enter);
                    yield return walk;
                }
            }
        }
        finally
        {
            walk.MoveTo(start);
        }
    }

    private void Enter(string name, Func<FolderWalk, IEnumerable<string>> enter)
    {
        var level = new Level(name, Libc.Status(Folder));
        _levels.Add(level);
        foreach (var below in enter(this))
        {
            level.Left.Enqueue(below);
        }
    }

    private void GoUp(Action<FolderWalk, string>? leave)
    {
        var (done, depth) = (_levels[^1], _levels.Count - 1);
        _levels.RemoveAt(depth);
        if (depth == 0)
        {
            return;
        }

        MoveTo(depth == 1 ? _start : Libc.OpenFolder(Folder, ".."));
        if (!_levels[^1].Status.IsSameFile(Libc.Status(Folder)))
        {
            FindAgain();
        }

        if (_levels.Count == depth)
        {
            leave?.Invoke(this, done.Name);
        }
    }

    /// <summary>The folder that was left has been moved, so that what is above it is not where this came from.</summary>
    private void FindAgain()
    {
        MoveTo(_start);
        for (var i = 1; i < _levels.Count; i++)
        {
            var below = TryOpen(Folder, _levels[i].Name);
            if (below is null || !_levels[i].Status.IsSameFile(Libc.Status(below)))
            {
                below?.Dispose();
                _levels.RemoveRange(i, _levels.Count - i);
                return;
            }

            MoveTo(below);
        }
    }

    private void MoveTo(SafeFileHandle folder)
    {
        if (Folder != _start)
        {
            Folder.Dispose();
        }

        Folder = folder;
    }

    private static SafeFileHandle? TryOpen(SafeFileHandle folder, string name) =>
        Libc.TryOpen(folder, NativePath.FromLatin1(name), OpenFlags.Directory | OpenFlags.NoFollow) switch
        {
            ({ } opened, _) => opened,
            (_, Errnos.ENOENT or Errnos.ENOTDIR or Errnos.ELOOP) => null,
            var (_, errno) => throw StoreException.FromErrno("open", $"{Libc.NameOf(folder)}/{name}", errno),
        };

    private sealed record Level(string Name, FileStatus Status)
    {
        public Queue<string> Left { get; } = new();
    }
}
