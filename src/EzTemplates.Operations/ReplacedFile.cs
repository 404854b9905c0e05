using EzTemplates.Store;
using EzTemplates.Store.Native;

namespace EzTemplates.Operations;

/// <summary>A file that stands beside a recipe in git: always whole, the old one or the new one.</summary>
internal static class ReplacedFile
{
    /// <summary>Less the umask: it belongs into git.</summary>
    private const int EveryoneReads = 0b110_110_110;

    /// <summary>Written beside, synced, then renamed. The caller has the turn to write it.</summary>
    /// <param name="act">For errors: <c>write the lock</c>.</param>
    /// <exception cref="StoreException">The disk failed; the file is as it was, and nothing lies beside it.</exception>
    public static void Write(string path, ReadOnlySpan<byte> text, string act)
    {
        try
        {
            // Not through FileStream: its Flush(flushToDisk: true) passes over a disk that refuses.
            StoreFile.WriteNewDurably(Beside(path), text, EveryoneReads);
            Libc.Rename(null, Beside(path), null, path);
        }
        catch (StoreException failure)
        {
            RemoveUnfinished(path);
            throw StoreException.FromErrno(act, path, failure.Errno);
        }
    }

    /// <summary>What a killed command has left; nobody else writes there while the caller has the turn.</summary>
    public static void RemoveUnfinished(string path)
    {
        try
        {
            File.Delete(Beside(path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Whoever writes the file next replaces it; what went wrong before this matters more.
        }
    }

    private static string Beside(string path) => path + ".new";
}
