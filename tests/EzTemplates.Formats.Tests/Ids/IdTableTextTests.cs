using System.Text;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Formats.Ids;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace EzTemplates.Formats.Tests.Ids;

public sealed class IdTableTextTests
{
    private const string Golden = "ez-ids 1\nuser postgres 201\ngroup postgres 201\ngroup _ssh 202\nuser Debian-exim 200\nuser deploy 2000\n";

    private static readonly IdTable Small = IdTable.Empty.With(
    [
        new(LockedId.User, "postgres", 201), new(LockedId.Group, "postgres", 201), new(LockedId.Group, "_ssh", 202), new(LockedId.User, "Debian-exim", 200), new(LockedId.User, "deploy", 2000),
    ]);

    [Fact]
    public void The_text_is_exactly_this()
    {
        Assert.Equal(Golden, Encoding.ASCII.GetString(IdTableText.Write(Small)));
        Assert.Equal(Small.Rows.AsEnumerable(), IdTableText.Read(Encoding.ASCII.GetBytes(Golden), "x").Rows);
        Assert.Equal("ez-ids 1\n", Encoding.ASCII.GetString(IdTableText.Write(IdTable.Empty)));
    }

    [Theory]
    [InlineData("", "line 1: it does not start with `ez-ids 1`")]
    [InlineData("ez-ids 2\n", "line 1: it does not start with `ez-ids 1`")]
    [InlineData("ez-ids 1\r\n", "line 1: it does not start with `ez-ids 1`")]
    [InlineData("ez-ids 1\nuser a 200", "line 2: the last line is cut off")]
    [InlineData("ez-ids 1\n\n", "line 2: it is not `user|group NAME NUMBER`, with one space between them")]
    [InlineData("ez-ids 1\nuser a 200 \n", "line 2: it is not `user|group NAME NUMBER`, with one space between them")]
    [InlineData("ez-ids 1\nuser  200\n", "line 2: `` is not a name of a user")]
    [InlineData("ez-ids 1\nuser a 200\npeople b 201\n", "line 3: `people` is neither `user` nor `group`")]
    [InlineData("ez-ids 1\ngroup a:b 200\n", "line 2: `a:b` is not a name of a group")]
    [InlineData("ez-ids 1\nuser a 0200\n", "line 2: `0200` is not a number")]
    [InlineData("ez-ids 1\nuser a +200\n", "line 2: `+200` is not a number")]
    [InlineData("ez-ids 1\nuser a 200\r\n", "line 2: `200\r` is not a number")]
    [InlineData("ez-ids 1\nuser a 99999999999999\n", "line 2: `99999999999999` is not a number")]
    [InlineData("ez-ids 1\nuser www-data 33\n", "line 2: 33 is not a number that a table gives away: they are 100 to 59999, without group 100")]
    [InlineData("ez-ids 1\ngroup users 100\n", "line 2: 100 is not a number that a table gives away: they are 100 to 59999, without group 100")]
    [InlineData("ez-ids 1\nuser nobody 65534\n", "line 2: 65534 is not a number that a table gives away: they are 100 to 59999, without group 100")]
    [InlineData("ez-ids 1\nuser a 200\ngroup a 200\nuser a 201\n", "line 4: the user `a` stands in line 2 already")]
    [InlineData("ez-ids 1\nuser a 200\ngroup b 200\nuser c 200\n", "line 4: user 200 is taken in line 2 already")]
    public void What_is_no_table_is_refused_by_line(string text, string why)
    {
        var refused = Assert.Throws<EzException>(() => IdTableText.Read(Encoding.Latin1.GetBytes(text), "debian-12.ids"));
        Assert.Equal((FailureKind.Usage, "ids `debian-12.ids`, " + why), (refused.Kind, refused.Message));
        Assert.NotNull(refused.Hint);
    }

    [Fact]
    public void Whatever_was_done_to_a_table_it_is_refused_or_is_one_that_is_written_so() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var bytes = Encoding.ASCII.GetBytes(Golden).ToList();
            for (var times = random.Next(4); times > 0; times--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(3))
                {
                    case 0:
                        bytes[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        bytes.RemoveAt(at);
                        break;
                    default:
                        bytes.Insert(at, bytes[random.Next(bytes.Count)]);
                        break;
                }
            }

            try
            {
                Assert.Equal(bytes, IdTableText.Write(IdTableText.Read([.. bytes], "x")));
            }
            catch (EzException refused)
            {
                Assert.Equal(FailureKind.Usage, refused.Kind);
            }
        }).QuickCheckThrowOnFailure();
}
