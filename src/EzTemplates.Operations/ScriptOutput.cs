using EzTemplates.Domain;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>All that the scripts of a build say, in a file: an error quotes no more than its last lines.</summary>
/// <param name="writer">Whose unfinished work it is until it is kept.</param>
/// <param name="template">As in <see cref="StoreLayout.ScriptOutputOf"/>.</param>
internal sealed class ScriptOutput(StoreWriter writer, string template)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private string? _file;
    private bool _isWhole = true;

    /// <summary>Adds what was said in one sandbox. A disk that refuses it does not end the build.</summary>
    public void Add(Action<Stream> write)
    {
        try
        {
            _file ??= Path.Combine(writer.MakePassingFolder(), "output");
            using var file = new FileStream(_file, new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
            write(file);
        }
        catch (Exception refused) when (IsOfDisk(refused))
        {
            _isWhole = false;
        }
    }

    /// <summary>Keeps it as the template's newest. A disk that refuses it does not hide why the build failed.</summary>
    /// <returns>The file, or null where not all of it could be written.</returns>
    public string? TryKeep()
    {
        try
        {
            return _file is { } file && _isWhole ? writer.KeepScriptOutput(file, template) : null;
        }
        catch (Exception refused) when (IsOfDisk(refused))
        {
            return null;
        }
    }

    private static bool IsOfDisk(Exception failure) => failure is IOException or UnauthorizedAccessException or EzException { Kind: FailureKind.Store };
}
