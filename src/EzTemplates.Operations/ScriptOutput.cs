using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>What the scripts of a failed build said, as much of it as the sandbox keeps, in a file of the store: an error quotes no more than its last lines.</summary>
internal static class ScriptOutput
{
    /// <summary>Keeps the newest of each template; a disk that refuses it does not hide why the build failed.</summary>
    /// <returns>The file, or null where it could not be written.</returns>
    public static string? TryKeep(StoreLayout layout, string template, IEnumerable<string> lines)
    {
        var file = layout.ScriptOutputOf(template);
        var written = $"{file}.{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(layout.ScriptOutputs);
            File.WriteAllLines(written, lines);
            File.Move(written, file, overwrite: true);
            return file;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            File.Delete(written);
            return null;
        }
    }
}
