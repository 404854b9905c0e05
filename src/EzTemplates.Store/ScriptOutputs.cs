using EzTemplates.Store.Native;

namespace EzTemplates.Store;

/// <summary>
/// What scripts said in builds that failed: a file for each template or composition, the newest, until its next build succeeds or its last version is
/// removed. It decides nothing.
/// </summary>
internal static class ScriptOutputs
{
    private const int OwnerOnly = 0b111_000_000;
    private const string End = ".log";

    /// <summary>How long that of a template without any version stays: it may never have been built, and somebody is to read why.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromDays(7);

    /// <summary>Puts a finished file in its place.</summary>
    /// <returns>Where it is now.</returns>
    public static string Place(StoreLayout layout, string file, string template)
    {
        var place = layout.ScriptOutputOf(template);
        Libc.TryMakeFolder(null, layout.ScriptOutputs, OwnerOnly);
        Libc.Rename(null, file, null, place);
        return place;
    }

    public static void Remove(StoreLayout layout, string template) => Libc.TryRemoveFile(null, layout.ScriptOutputOf(template));

    /// <summary>The files that gc removes.</summary>
    public static IEnumerable<string> Unneeded(ContentStore store)
    {
        if (!StoreFile.Exists(store.Layout.ScriptOutputs))
        {
            return [];
        }

        using var folder = Libc.OpenFolder(null, store.Layout.ScriptOutputs);
        return [.. Libc.ReadFolder(folder).Where(member => !member.IsFolder).Select(member => Path.Combine(store.Layout.ScriptOutputs, member.Name)).Where(path => IsUnneeded(store, path))];
    }

    /// <summary>Whether it is of a template that has no version, or of none, and was there to be read for long enough.</summary>
    public static bool IsUnneeded(ContentStore store, string path)
    {
        var name = Path.GetFileName(path);
        var isOfTemplates = name.EndsWith(End, StringComparison.Ordinal) && IsOf(name[..^End.Length], store.Versions.Templates().ToHashSet(StringComparer.Ordinal));
        return !isOfTemplates
            && Libc.TryStatus(null, path) is { } status
            && status.Mtime.Seconds < (store.Options.Time.GetUtcNow() - Patience).ToUnixTimeSeconds();
    }

    /// <summary>A composition is named by its applications with <c>+</c> between them, which a template's name may have, too.</summary>
    private static bool IsOf(string name, HashSet<string> templates) => templates.Contains(name)
        || Enumerable.Range(0, name.Length).Any(i => name[i] == '+' && templates.Contains(name[..i]) && IsOf(name[(i + 1)..], templates));
}
