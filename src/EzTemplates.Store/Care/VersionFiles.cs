using EzTemplates.Domain;
using EzTemplates.Store.Native;

namespace EzTemplates.Store;

/// <summary>The files that a version consists of, besides what it names.</summary>
internal static class VersionFiles
{
    private const string RecordEnd = ".json";
    private static readonly string[] SidecarEnds = [".lock.json", ".provenance"];

    /// <summary>The record first: without it there is no version, whatever else is left.</summary>
    public static IEnumerable<string> Of(StoreLayout layout, TemplateReference version) =>
    [
        layout.VersionRecordOf(version.Template, version.Version),
        layout.VersionLockOf(version.Template, version.Version),
        layout.VersionProvenanceOf(version.Template, version.Version),
    ];

    /// <summary>The name of the record beside a sidecar; null for what is none.</summary>
    public static string? RecordNameFor(string name)
    {
        var end = SidecarEnds.FirstOrDefault(end => name.EndsWith(end, StringComparison.Ordinal));
        return end is null ? null : name[..^end.Length] + RecordEnd;
    }

    /// <summary>Durable in this order, so that no power loss brings back a record whose lock is gone.</summary>
    public static void Remove(StoreLayout layout, TemplateReference version)
    {
        var folder = layout.VersionsOf(version.Template);
        foreach (var path in Of(layout, version))
        {
            Libc.TryRemoveFile(null, path);
            if (path.EndsWith(RecordEnd, StringComparison.Ordinal) && !path.EndsWith(SidecarEnds[0], StringComparison.Ordinal))
            {
                StoreFile.SyncFolder(folder);
            }
        }

        // The last version's template is none any more. The caller has the store to itself: nobody makes a version in there.
        using var left = Libc.OpenFolder(null, folder);
        if (Libc.ReadFolder(left).IsEmpty)
        {
            Libc.TryRemoveFolder(null, folder);
            ScriptOutputs.Remove(layout, version.Template);
        }
    }
}
