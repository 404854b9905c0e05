namespace EzTemplates.Formats.Recipes;

/// <summary>The keys of ez's own settings; see <see cref="RecipeKeys"/>.</summary>
public static class MachineKeys
{
    /// <summary>Bytes: 0 would mean no bound at all to tmpfs(5), and dpkg's own database alone takes some megabytes.</summary>
    internal const long LeastDisk = 16_000_000;

    /// <summary>Bytes: what a shell, dpkg and Perl take together, with what they write.</summary>
    internal const long LeastMemory = 64_000_000;

    private static readonly KeyValue Bytes = new KeyValue.Text("^[0-9.]+ ?([kMGT]i?)?B?$");

    public static KeyTable Archives { get; } = new(
        "archive cache",
        new KeyEntry("quota", Bytes, "Bytes that downloaded packages may take before `ez store gc` removes the least recently used.", "quota: 10GB"));

    public static KeyTable Scripts { get; } = new(
        "allowance of scripts",
        new KeyEntry("time", new KeyValue.Text("^[0-9]+ ?(s|min|h)$"), "For all scripts of a version together, from 1s to 168h.", "time: 30min"),
        new KeyEntry("disk", Bytes, "Bytes that they may write, in memory, 16MB at least; half of the machine's by default.", "disk: 4GB"),
        new KeyEntry("memory", Bytes, "Bytes of memory, what they write included, 64MB at least; three quarters of the machine's by default.", "memory: 6GB"),
        new KeyEntry("processes", new KeyValue.Number(16, 1_000_000, 4096), "Processes and threads at a time.", "processes: 4096"));

    public static KeyTable Configuration { get; } = new(
        "configuration",
        new KeyEntry(
            "mirrors",
            new KeyValue.Names(new KeyValue.List(new KeyValue.Text("^https?://"))),
            "Archive roots by archive, for machines that are not of that family: what `mirrors: [host]` in a recipe means here.",
            "mirrors: {debian: [https://deb.example.org/debian]}"),
        new KeyEntry("archives", new KeyValue.Mapping(Archives), "The cache of downloaded packages.", "archives: {quota: 10GB}"),
        new KeyEntry("scripts", new KeyValue.Mapping(Scripts), "What maintainer scripts may take while a version is configured.", "scripts: {time: 1h, disk: 8GB}"));
}
