using System.Runtime.InteropServices;

namespace EzTemplates.Repositories;

/// <summary>fsync(2) with its answer: <c>FileStream.Flush(flushToDisk: true)</c> passes over a disk that refuses.</summary>
internal static partial class FileSync
{
    private const int EINTR = 4;

    /// <exception cref="IOException">The bytes are not on the disk; <c>HResult</c> is the error number.</exception>
    public static void Sync(FileStream file)
    {
        while (Sync(file.SafeFileHandle) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            if (errno != EINTR)
            {
                throw new IOException(Marshal.GetPInvokeErrorMessage(errno), errno);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(SafeHandle file);
}
