using EzTemplates.Domain;

namespace EzTemplates.Formats.Recipes;

/// <summary>
/// Keys that recipes will have, and that this version does not carry out. To ignore one would build something else than the recipe says,
/// so it is refused, unless its value asks for nothing (<c>files: []</c>).
/// </summary>
internal static class UnsupportedKeys
{
    public static void RefuseInRecipe(YamlKeys keys)
    {
        Refuse(keys, RecipeKeys.Recipe);
        if (keys.Find("update") is { } update)
        {
            RefuseUpdatePolicy(new YamlKeys(update, RecipeKeys.Update));
        }
    }

    public static void RefuseInRepository(YamlKeys keys) => Refuse(keys, RecipeKeys.Repository);

    private static void RefuseUpdatePolicy(YamlKeys update)
    {
        _ = update.Word("class");
        if (update.OptionalText("cooldown") is { } cooldown && cooldown is not ("0d" or "0"))
        {
            throw Unsupported($"cooldown: {cooldown}", update.PlaceOf("cooldown"));
        }

        Refuse(update, RecipeKeys.Update);
        update.RefuseOthers();
    }

    private static void Refuse(YamlKeys keys, KeyTable table)
    {
        foreach (var key in table.Keys.Where(key => key.IsLater).Select(key => key.Name))
        {
            if (keys.Find(key) is { } value && !AsksForNothing(value))
            {
                throw Unsupported(key, keys.PlaceOf(key));
            }
        }
    }

    private static EzException Unsupported(string what, YamlPlace place) =>
        place.Fail($"`{what}` is not supported by this version", "leave it out; README, \"Recipes\", lists what a recipe can have");

    private static bool AsksForNothing(YamlNode node) => node switch
    {
        YamlSequence sequence => sequence.Items.Count == 0,
        YamlMapping mapping => mapping.Pairs.All(pair => AsksForNothing(pair.Value)),
        _ => false,
    };
}
