namespace EzTemplates.Formats.Recipes;

/// <summary>The keys of ez's own settings; see <see cref="RecipeKeys"/>.</summary>
public static class MachineKeys
{
    public static KeyTable Configuration { get; } = new(
        "configuration",
        new KeyEntry(
            "mirrors",
            new KeyValue.Names(new KeyValue.List(new KeyValue.Text("^https?://"))),
            "Archive roots by archive, for machines that are not of that family: what `mirrors: [host]` in a recipe means here.",
            "mirrors: {debian: [https://deb.example.org/debian]}"));
}
