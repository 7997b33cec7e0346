package dev.millrace.routing;

import static dev.millrace.routing.Routing.ERROR;
import static dev.millrace.routing.Routing.K1;
import static dev.millrace.routing.Routing.MOMENT;
import static dev.millrace.routing.Routing.TOO_OFTEN;
import static dev.millrace.routing.Routing.deployment;
import static dev.millrace.routing.Routing.pool;
import static dev.millrace.routing.Routing.provider;
import static dev.millrace.routing.Routing.route;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.routing.Router.Choice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What several providers share: a worker's slots, an `api-service`'s calls.
@DisplayNameGeneration(ReplaceUnderscores.class)
class RoomTest {

    private static final int MOST = 900;

    private final Routing routing = new Routing();
    private final Router router = routing.router;
    private final Deployment hung = deployment(provider("hung", pool(MOST, Map.of()), K1), "m");
    private final Deployment hungToo = deployment(provider("hung-too", pool(MOST, Map.of()), K1), "m");
    private final Deployment alive = deployment(provider("alive", pool(MOST, Map.of()), K1), "m");
    private final Room room = new Room(MOST, 3);

    private Choice choose(ModelRoute route, Room where) {
        return router.choose(route, Set.of(), Set.of(), Need.UNKNOWN, where);
    }

    private List<Choice.Use> fill(ModelRoute route, Room where) {
        var uses = new ArrayList<Choice.Use>();
        while (choose(route, where) instanceof Choice.Use use) {
            uses.add(use);
        }
        return uses;
    }

    private Choice.Use use(Deployment deployment) {
        return (Choice.Use) choose(route(deployment), room);
    }

    @Test
    void providers_that_hang_leave_room_for_the_others() {
        assertThat(fill(route(hung), room)).as("eight ninths").hasSize(800);
        assertThat(fill(route(hungToo), room)).as("and of the rest").hasSize(89);

        var served = use(alive);

        assertThat(served.deployment()).isEqualTo(alive);
        assertThat(choose(route(hung), room))
                .isEqualTo(new Choice.Resting(routing.clock.instant().plusMillis(100), Rest.OTHER));
    }

    @Test
    void of_little_room_too_each_provider_that_has_none_finds_a_place() {
        var little = new Room(64, 3);

        assertThat(fill(route(hung), little)).hasSizeGreaterThan(50);
        assertThat(fill(route(hungToo), little)).hasSizeGreaterThan(4);

        assertThat(fill(route(alive), little)).isNotEmpty();
    }

    @Test
    void a_provider_that_has_given_its_last_place_back_finds_one_again() {
        var little = new Room(64, 3);
        var first = (Choice.Use) choose(route(alive), little);
        router.released(first);

        fill(route(hung), little);
        fill(route(hungToo), little);

        assertThat(choose(route(alive), little)).isInstanceOf(Choice.Use.class);
    }

    @Test
    void room_for_fewer_than_there_are_providers_is_not_kept_for_who_may_never_come() {
        assertThat(fill(route(hung), new Room(4, 20))).hasSizeGreaterThan(2);
    }

    @Test
    void what_a_provider_has_no_room_for_goes_to_another_one() {
        fill(route(hung), room);

        assertThat(((Choice.Use) choose(route(List.of(hung), List.of(alive)), room)).deployment())
                .isEqualTo(alive);
    }

    @Test
    void when_room_becomes_free_the_others_have_it_before_the_one_that_holds_most() {
        var held = fill(route(hung), room);
        fill(route(hungToo), room);

        held.subList(0, 50).forEach(router::released);

        assertThat(choose(route(hung), room)).as("750 of 8 x 61").isInstanceOf(Choice.Resting.class);
        assertThat(use(alive).deployment()).isEqualTo(alive);
    }

    @Test
    void who_shares_it_with_nobody_has_it_all() {
        var small = new Room(100, 1);

        assertThat(fill(route(hung), small)).hasSize(100);
    }

    @Test
    void the_limit_of_the_provider_itself_holds_too() {
        var limited = deployment(provider("limited", pool(5, Map.of()), K1), "m");

        assertThat(fill(route(limited), room)).hasSize(5);
    }

    @Test
    void every_end_gives_the_room_back() {
        var one = new Room(1, 1);

        router.succeeded((Choice.Use) choose(route(alive), one), 1, MOMENT);
        router.released((Choice.Use) choose(route(alive), one));
        router.declined((Choice.Use) choose(route(alive), one));
        router.failed((Choice.Use) choose(route(alive), one), ERROR);
        router.rateLimited((Choice.Use) choose(route(hung), one), TOO_OFTEN, Optional.empty());

        assertThat(choose(route(hungToo), one)).isInstanceOf(Choice.Use.class);
        assertThat(choose(route(alive), one)).isInstanceOf(Choice.Resting.class);
    }

    @Test
    void a_choice_that_comes_to_nothing_keeps_no_room() {
        var small = new Room(3, 1);
        routing.fail(route(alive), ERROR, 5);
        routing.untilReady(route(alive), Duration.ofSeconds(6));

        assertThat(fill(route(alive), small)).as("probes").hasSize(2);

        assertThat(fill(route(hung), small)).hasSize(1);
    }

    @Test
    void rooms_do_not_know_of_each_other() {
        fill(route(hung), new Room(10, 2));

        assertThat(fill(route(hung), room)).hasSize(800);
    }
}
