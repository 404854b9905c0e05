using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>A folder for trying what a file system can; gone at the end.</summary>
internal sealed class ProbeFolder : IDisposable
{
    private ProbeFolder(string path) => Root = path;

    public string Root { get; }

    /// <returns>Null where this user cannot write, or would write where another user can put links in the way.</returns>
    public static ProbeFolder? TryMake(string below)
    {
        if (!OwnGround.Is(below))
        {
            return null;
        }

        var path = Path.Combine(below, $".ez-doctor-{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return new ProbeFolder(path);
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public string At(string name) => Path.Combine(Root, name);

    public void Dispose() => FolderRemoval.Remove(Root);
}
