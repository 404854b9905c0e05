using EzTemplates.Domain;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>Gives folders of a private area the times back that they had, as steps of a mapping do, so that a roll-back shows what there was.</summary>
internal sealed class FolderTimes(string area, IEnumerable<TreePath> folders) : IDisposable
{
    private readonly List<(TreePath Folder, FileTime Time)> _times = [.. Read(area, folders)];

    public void Dispose()
    {
        foreach (var (path, time) in _times)
        {
            using var folder = PrivateArea.TryOpenFolder(area, path);
            if (folder is not null)
            {
                Libc.ChangeMtime(folder, time);
            }
        }
    }

    private static IEnumerable<(TreePath Folder, FileTime Time)> Read(string area, IEnumerable<TreePath> folders)
    {
        foreach (var path in folders.Distinct())
        {
            using var folder = PrivateArea.TryOpenFolder(area, path);
            if (folder is not null)
            {
                yield return (path, Libc.Status(folder).Mtime);
            }
        }
    }
}
