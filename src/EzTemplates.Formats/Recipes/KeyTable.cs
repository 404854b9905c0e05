using System.Collections.Immutable;
using System.Globalization;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Recipes;

/// <summary>What the value of a key may be.</summary>
public abstract record KeyValue
{
    private KeyValue()
    {
    }

    /// <summary>As help names it: <c>list of text</c>.</summary>
    public abstract string Name { get; }

    /// <summary>One string. The pattern is for editors; the reader says more exactly what is wrong.</summary>
    public sealed record Text(string? Pattern = null) : KeyValue
    {
        public override string Name => "text";
    }

    /// <summary>One of some words; the first is what an absent key means.</summary>
    public sealed record Word(params ImmutableArray<string> Words) : KeyValue
    {
        /// <summary>Words that recipes will have, and that this version refuses.</summary>
        public ImmutableArray<string> Later { get; init; } = [];

        public override string Name => string.Join(" | ", Words);
    }

    public sealed record Flag(bool Otherwise) : KeyValue
    {
        public override string Name => "true | false";
    }

    public sealed record Number(int Least, int Most, int Otherwise) : KeyValue
    {
        public override string Name => string.Create(CultureInfo.InvariantCulture, $"number from {Least} to {Most}");
    }

    public sealed record List(KeyValue Item, int Least = 0) : KeyValue
    {
        public override string Name => $"list of {Item.Name}";
    }

    public sealed record Mapping(KeyTable Keys) : KeyValue
    {
        public override string Name => Keys.Name;
    }

    /// <summary>Any keys, each with that value.</summary>
    public sealed record Names(KeyValue Value) : KeyValue
    {
        public override string Name => $"mapping of names to {Value.Name}";
    }

    public sealed record Either(KeyValue One, KeyValue Other) : KeyValue
    {
        public override string Name => $"{One.Name}, or {Other.Name}";
    }

    /// <summary>Of a key that this version refuses unless it asks for nothing.</summary>
    public sealed record Empty : KeyValue
    {
        public override string Name => "empty";
    }
}

/// <summary>In which recipes a key may stand.</summary>
public enum KeyPlace
{
    Any,
    Os,
    App,
}

/// <summary>All there is to know of a key: the reader, <c>ez help recipe</c> and the JSON Schema are made from it.</summary>
/// <param name="Meaning">A sentence or two.</param>
/// <param name="Example">A line of YAML, with the key.</param>
public sealed record KeyEntry(string Name, KeyValue Value, string Meaning, string Example)
{
    public KeyPlace Place { get; init; }

    /// <summary>The only family of packages whose recipes may have it; null: any.</summary>
    public PackageFamily? Family { get; init; }

    public bool IsRequired { get; init; }

    /// <summary>What an absent key means, where its value does not say it.</summary>
    public string? OtherwiseText { get; init; }

    public string? Otherwise => OtherwiseText ?? Value switch
    {
        KeyValue.Flag flag => flag.Otherwise ? "true" : "false",
        KeyValue.Number number => number.Otherwise.ToString(CultureInfo.InvariantCulture),
        KeyValue.Word { Words: [var first, ..] } when !IsRequired => first,
        KeyValue.List or KeyValue.Names or KeyValue.Empty when !IsRequired => "none",
        _ => null,
    };

    /// <summary>Recipes will have it; this version refuses it unless it asks for nothing.</summary>
    public bool IsLater => Value is KeyValue.Empty;
}

/// <summary>The keys of one kind of mapping.</summary>
/// <param name="Name">For errors: <c>recipe</c>, <c>repository</c>.</param>
public sealed record KeyTable(string Name, params ImmutableArray<KeyEntry> Keys)
{
    public IEnumerable<string> Names => Keys.Select(key => key.Name);

    /// <exception cref="InvalidOperationException">The reader asks for a key that the table lacks.</exception>
    public KeyEntry Of(string name) =>
        Keys.FirstOrDefault(key => key.Name == name) ?? throw new InvalidOperationException($"the table of keys of the {Name} has no `{name}`");

    /// <summary>This and the tables of the mappings in it, each once.</summary>
    public IEnumerable<KeyTable> WithInner() => Keys.SelectMany(key => Inner(key.Value)).SelectMany(table => table.WithInner()).Prepend(this).Distinct();

    private static IEnumerable<KeyTable> Inner(KeyValue value) => value switch
    {
        KeyValue.Mapping mapping => [mapping.Keys],
        KeyValue.List list => Inner(list.Item),
        KeyValue.Names names => Inner(names.Value),
        KeyValue.Either either => Inner(either.One).Concat(Inner(either.Other)),
        _ => [],
    };

    public bool Equals(KeyTable? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}
