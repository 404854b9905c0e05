using System.Collections.Immutable;
using System.Text;
using EzTemplates.Store;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>
/// Which user namespace a store was last used in. When <c>ez</c> is killed, nobody has the lock of those inside any more, and what it
/// ran may still be on its way out, writing to private areas: two overlays on one would spoil it.
/// </summary>
internal sealed class LastNamespaces(StoreLayout layout)
{
    // Always of one length: written over in place, it asks a full disk for nothing.
    private const int Length = 64;
    private const int OwnerOnly = 0b110_000_000;

    /// <summary>To be called before anybody enters.</summary>
    public void Write(NamespacePair pair)
    {
        using var file = Libc.Open(null, layout.LastNamespaces, OpenFlags.Write | OpenFlags.Create | OpenFlags.NoFollow, OwnerOnly);
        Libc.Write(file, Encoding.ASCII.GetBytes(pair.Name.PadRight(Length - 1) + "\n"));
    }

    /// <summary>Processes that are still there. The kernel gives a number anew: where it is another store's by now, they are of that.</summary>
    /// <param name="store">The real path of the store's root.</param>
    public ImmutableArray<int> Processes(string store)
    {
        if (StoreFile.TryRead(layout.LastNamespaces) is not { } text || Encoding.ASCII.GetString(text).Trim() is not { Length: > 0 } name)
        {
            return [];
        }

        var processes = ViewUsers.OfUserNamespace(name);
        return processes.Any(pid => NamespacePair.StoreOf(pid) is { } other && other != store) ? [] : processes;
    }
}
