namespace EzTemplates.Formats.Recipes;

/// <summary>The keys of ez's own settings; see <see cref="RecipeKeys"/>.</summary>
public static class MachineKeys
{
    public static KeyTable Archives { get; } = new(
        "archive cache",
        new KeyEntry("quota", new KeyValue.Text("^[0-9.]+ ?([kMGT]i?)?B?$"), "Bytes that downloaded packages may take before `ez store gc` removes the least recently used.", "quota: 10GB"));

    public static KeyTable Configuration { get; } = new(
        "configuration",
        new KeyEntry(
            "mirrors",
            new KeyValue.Names(new KeyValue.List(new KeyValue.Text("^https?://"))),
            "Archive roots by archive, for machines that are not of that family: what `mirrors: [host]` in a recipe means here.",
            "mirrors: {debian: [https://deb.example.org/debian]}"),
        new KeyEntry("archives", new KeyValue.Mapping(Archives), "The cache of downloaded packages.", "archives: {quota: 10GB}"));
}
