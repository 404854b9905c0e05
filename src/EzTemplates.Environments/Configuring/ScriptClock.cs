using EzTemplates.Domain;
using EzTemplates.Environments.Native;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Environments;

/// <summary>
/// The clock by which a file system in memory stamps what is written in it. It stands still for a tick (some milliseconds), so a stamp
/// may be that much too early. Since Linux 6.13 it can be pushed: a file whose time somebody has read gets an exact time when it is
/// changed within the same tick, and no stamp is earlier than such a one from then on (inode_set_ctime_current, fs/inode.c).
/// </summary>
/// <param name="file">An own file on such a file system.</param>
internal sealed class ScriptClock(SafeFileHandle file)
{
    private const int OwnerOnly = 0b110_000_000;

    /// <summary>How much too early a stamp may be.</summary>
    public FileTime Tick { get; } = Linux.TickOfCoarseClock();

    /// <returns>No stamp that is set after this is earlier.</returns>
    public FileTime Push()
    {
        // The first change may be told from the one before by the coarse clock alone, and then takes its time.
        Touch();
        return Touch();
    }

    private FileTime Touch()
    {
        Libc.ChangeMode(file, OwnerOnly);
        return Libc.Status(file).Ctime;
    }
}
