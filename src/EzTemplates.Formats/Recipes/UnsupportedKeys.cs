using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Recipes;

/// <summary>
/// Keys that recipes will have, and that this version does not carry out. To ignore one would build something else than the recipe says,
/// so it is refused, unless its value asks for nothing (<c>files: []</c>).
/// </summary>
internal static class UnsupportedKeys
{
    private static readonly ImmutableArray<string> OfRecipe =
    [
        "files", "debconf", "languages", "hooks", "health", "pins", "write-sources", "instance-data", "modules", "groups", "relocate",
    ];

    private static readonly ImmutableArray<string> OfRepository = ["mirrorlist", "metalink", "only", "except"];

    public static void RefuseInRecipe(YamlKeys keys)
    {
        Refuse(keys, OfRecipe);
        if (!keys.Flag("docs", otherwise: true))
        {
            throw Unsupported("docs: false", keys.PlaceOf("docs"));
        }

        if (keys.Word("configure", "none", "sandbox") == "sandbox")
        {
            throw keys.PlaceOf("configure").Fail(
                "`configure: sandbox` is not supported by this version: no maintainer script is run yet", "configure: none");
        }

        if (keys.Find("update") is { } update)
        {
            RefuseUpdatePolicy(new YamlKeys(update, "update policy"));
        }
    }

    public static void RefuseInRepository(YamlKeys keys) => Refuse(keys, OfRepository);

    private static void RefuseUpdatePolicy(YamlKeys update)
    {
        if (update.Word("class", "all", "security", "none") is var policy && policy != "all")
        {
            throw Unsupported($"class: {policy}", update.PlaceOf("class"));
        }

        if (update.OptionalText("cooldown") is { } cooldown && cooldown is not ("0d" or "0"))
        {
            throw Unsupported($"cooldown: {cooldown}", update.PlaceOf("cooldown"));
        }

        Refuse(update, ["schedule"]);
        update.RefuseOthers();
    }

    private static void Refuse(YamlKeys keys, ImmutableArray<string> unsupported)
    {
        foreach (var key in unsupported)
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
